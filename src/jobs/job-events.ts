/** News of one job, from the moment it was asked for. */
export interface News {
  /** Resolves with the next news, when the time is over or when the signal aborts. */
  within(milliseconds: number, signal?: AbortSignal): Promise<void>
  forget(): void
}

/** Who waits for news of jobs in this process: one subscription of the database serves them all. */
export class JobEvents {
  readonly #waiters = new Map<string, Set<() => void>>()

  tell(id: string): void {
    for (const waiter of this.#waiters.get(id) ?? []) waiter()
  }

  tellAll(): void {
    for (const id of this.#waiters.keys()) this.tell(id)
  }

  /** Ask before reading the job, so that nothing that happens after the reading is missed. */
  of(id: string): News {
    const { promise: heard, resolve: wake } = Promise.withResolvers<void>()
    const waiters = this.#waiters.get(id) ?? new Set()
    this.#waiters.set(id, waiters.add(wake))
    return {
      async within(milliseconds, signal) {
        if (signal?.aborted) return
        const timer = setTimeout(wake, milliseconds)
        const onAbort = () => wake()
        signal?.addEventListener('abort', onAbort, { once: true })
        await heard
        clearTimeout(timer)
        signal?.removeEventListener('abort', onAbort)
      },
      forget: () => {
        waiters.delete(wake)
        if (waiters.size === 0) this.#waiters.delete(id)
      },
    }
  }
}
