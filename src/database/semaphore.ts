/** Lets `limit` holders in at a time, first come, first served. */
export class Semaphore {
  readonly #waiting = new Set<Waiter>()
  #free: number

  constructor(limit: number) {
    this.#free = limit
  }

  get waiting(): number {
    return this.#waiting.size
  }

  /** Resolves when it is the caller's turn; rejects with the signal's reason. */
  acquire(signal?: AbortSignal): Promise<void> | undefined {
    if (signal?.aborted) return Promise.reject(signal.reason)
    if (this.#free > 0) {
      this.#free--
      return undefined
    }
    return new Promise((resolve, reject) => {
      const waiter: Waiter = { enter: () => settle(resolve), refuse: (reason) => settle(() => reject(reason)) }
      const onAbort = () => waiter.refuse(signal?.reason)
      const settle = (then: () => void) => {
        this.#waiting.delete(waiter)
        signal?.removeEventListener('abort', onAbort)
        then()
      }
      signal?.addEventListener('abort', onAbort, { once: true })
      this.#waiting.add(waiter)
    })
  }

  release(): void {
    for (const waiter of this.#waiting) {
      waiter.enter()
      return
    }
    this.#free++
  }

  refuseAll(reason: unknown): void {
    for (const waiter of [...this.#waiting]) waiter.refuse(reason)
  }
}

interface Waiter {
  enter(): void
  refuse(reason: unknown): void
}
