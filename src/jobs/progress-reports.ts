/** Passes progress on at most once in a while; what comes too soon waits, and the newest of it is passed on. */
export class ProgressReports {
  readonly #record: (done: number) => void
  readonly #every: number
  #last = Number.NEGATIVE_INFINITY
  #waiting: number | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(record: (done: number) => void, every: number) {
    this.#record = record
    this.#every = every
  }

  report(done: number): void {
    this.#waiting = Math.min(1, Math.max(0, done))
    if (this.#timer !== undefined) return
    const rest = this.#last + this.#every - performance.now()
    if (rest <= 0) this.#pass()
    else this.#timer = setTimeout(() => this.#pass(), rest).unref()
  }

  /** Nothing is passed on any more. */
  end(): void {
    clearTimeout(this.#timer)
    this.#waiting = undefined
  }

  #pass(): void {
    this.#timer = undefined
    this.#last = performance.now()
    if (this.#waiting !== undefined) this.#record(this.#waiting)
    this.#waiting = undefined
  }
}
