export interface CoalescerOptions<I, O> {
  /** Runs that may be under way at the same time. */
  readonly slots: number
  /** Items per run at most. */
  readonly maxItems: number
  /** Answers by position. If it rejects, every item of the run is given to `runAlone`. */
  readonly run: (items: readonly I[]) => Promise<readonly O[]>
  readonly runAlone: (item: I) => Promise<O>
  /** Items of equal keys never share a run. */
  readonly keyOf?: (item: I) => string | undefined
  /** How much of `maxWeight` an item takes; a run holds at least one item. */
  readonly weightOf?: (item: I) => number
  readonly maxWeight?: number
  /** False for errors after which a run may have taken effect; every item is then given the error. @default always true */
  readonly mayRepeat?: (error: unknown) => boolean
  /**
   * Lets everything that became ready in the same turn of the event loop go together, instead of starting with the
   * first item. Where the run before had one item only, nobody is expected and nothing waits.
   */
  readonly gather?: boolean
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
  #scheduled = false
  #lonely = false

  constructor(options: CoalescerOptions<I, O>) {
    this.#options = options
  }

  submit(item: I): Promise<O> {
    return new Promise<O>((resolve, reject) => {
      this.#queue.push({ item, resolve, reject })
      this.#wake()
    })
  }

  #wake(): void {
    if (this.#scheduled || this.#busy >= this.#options.slots || this.#queue.length === 0) return
    if (!this.#options.gather || this.#lonely) {
      this.#pump()
      return
    }
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      this.#pump()
    })
  }

  #pump(): void {
    while (this.#busy < this.#options.slots && this.#queue.length > 0) {
      const batch = this.#takeBatch()
      this.#lonely = batch.length === 1 && this.#queue.length === 0
      this.#busy += 1
      void this.#execute(batch).finally(() => {
        this.#busy -= 1
        this.#wake()
      })
    }
  }

  #takeBatch(): readonly Waiting<I, O>[] {
    const { maxItems, keyOf, weightOf, maxWeight = Number.POSITIVE_INFINITY } = this.#options
    const queue = this.#queue
    if (queue.length <= maxItems && !keyOf && !weightOf) {
      this.#queue = []
      return queue
    }
    const batch: Waiting<I, O>[] = []
    const left: Waiting<I, O>[] = []
    const keys = new Set<string>()
    let weight = 0
    for (const waiting of queue) {
      const key = keyOf?.(waiting.item)
      weight += weightOf?.(waiting.item) ?? 0
      const fits = batch.length === 0 || (batch.length < maxItems && weight <= maxWeight)
      if (fits && (key === undefined || !keys.has(key))) batch.push(waiting)
      else left.push(waiting)
      if (key !== undefined) keys.add(key)
    }
    this.#queue = left
    return batch
  }

  async #execute(batch: readonly Waiting<I, O>[]): Promise<void> {
    const [first] = batch
    if (first === undefined) return
    if (batch.length === 1) return this.#runAlone(first)
    try {
      const answers = await this.#options.run(batch.map((waiting) => waiting.item))
      for (const [position, waiting] of batch.entries()) waiting.resolve(answers[position] as O)
    } catch (error) {
      const { mayRepeat } = this.#options
      if (mayRepeat && !mayRepeat(error)) {
        for (const waiting of batch) waiting.reject(error)
        return
      }
      await Promise.all(batch.map((waiting) => this.#runAlone(waiting)))
    }
  }

  async #runAlone(waiting: Waiting<I, O>): Promise<void> {
    try {
      waiting.resolve(await this.#options.runAlone(waiting.item))
    } catch (error) {
      waiting.reject(error)
    }
  }
}
