export interface CoalescerOptions<I, O> {
  /** Runs that may be under way at the same time. */
  readonly slots: number
  /** Items per run at most. */
  readonly maxItems: number
  /** Answers by position. If it rejects, every item of the run is given to `runAlone`. */
  readonly run: (items: readonly I[]) => Promise<readonly O[]>
  readonly runAlone: (item: I) => Promise<O>
}

interface Waiting<I, O> {
  readonly item: I
  readonly resolve: (value: O) => void
  readonly reject: (reason: unknown) => void
}

/**
 * Lets concurrent requests share a run: a request starts at once when a slot is free; those that arrive while all
 * slots are busy go together when the next one frees. No timer: an idle system adds no delay.
 */
export class Coalescer<I, O> {
  readonly #options: CoalescerOptions<I, O>
  #queue: Waiting<I, O>[] = []
  #busy = 0

  constructor(options: CoalescerOptions<I, O>) {
    this.#options = options
  }

  submit(item: I): Promise<O> {
    return new Promise<O>((resolve, reject) => {
      this.#queue.push({ item, resolve, reject })
      this.#pump()
    })
  }

  #pump(): void {
    while (this.#busy < this.#options.slots && this.#queue.length > 0) {
      const batch =
        this.#queue.length <= this.#options.maxItems ? this.#queue : this.#queue.slice(0, this.#options.maxItems)
      this.#queue = batch === this.#queue ? [] : this.#queue.slice(batch.length)
      this.#busy += 1
      void this.#execute(batch).finally(() => {
        this.#busy -= 1
        this.#pump()
      })
    }
  }

  async #execute(batch: readonly Waiting<I, O>[]): Promise<void> {
    const [first] = batch
    if (first === undefined) return
    if (batch.length === 1) return this.#alone(first)
    try {
      const answers = await this.#options.run(batch.map((waiting) => waiting.item))
      for (const [position, waiting] of batch.entries()) waiting.resolve(answers[position] as O)
    } catch {
      await Promise.all(batch.map((waiting) => this.#alone(waiting)))
    }
  }

  async #alone(waiting: Waiting<I, O>): Promise<void> {
    try {
      waiting.resolve(await this.#options.runAlone(waiting.item))
    } catch (error) {
      waiting.reject(error)
    }
  }
}
