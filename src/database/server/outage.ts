import type { CellarError } from '../../errors/cellar-error.ts'

/** Milliseconds in which callers fail at once after a failed connect; then one of them tries again. */
const PAUSE = 500

/**
 * States: up; down (callers fail at once until `PAUSE` is over); probing (one caller connects, the others fail at once).
 */
export class Outage {
  readonly #onNotice: ((message: string) => void) | undefined
  #error: CellarError | undefined
  #retryAt = 0

  constructor(onNotice?: (message: string) => void) {
    this.#onNotice = onNotice
  }

  /** @throws the error that began the outage, until it is time for another try */
  pass(): void {
    if (this.#error === undefined) return
    const now = performance.now()
    if (now < this.#retryAt) throw this.#error
    this.#retryAt = now + PAUSE
  }

  begin(error: CellarError): void {
    if (this.#error === undefined) this.#onNotice?.(error.message)
    this.#error = error
    this.#retryAt = performance.now() + PAUSE
  }

  end(): void {
    if (this.#error === undefined) return
    this.#error = undefined
    this.#onNotice?.('The database can be reached again.')
  }

  /** A connection that nobody used was lost: no outage yet. */
  report(error: Error): void {
    this.#onNotice?.(`An idle connection to the database was lost: ${error.message}`)
  }
}
