import { CellarError } from '../errors/cellar-error.ts'

/** A time limit and a caller's signal as one. */
export class Deadline implements Disposable {
  readonly #controller = new AbortController()
  readonly #timer: NodeJS.Timeout | undefined
  readonly #callerSignal: AbortSignal | undefined
  readonly #onAbort: () => void

  constructor(timeout: number | undefined, signal: AbortSignal | undefined, subject = 'The transaction') {
    this.#callerSignal = signal
    this.#onAbort = () => this.#expire(new CellarError('ABORTED', { subject }, { cause: signal?.reason }))
    if (signal?.aborted) this.#onAbort()
    signal?.addEventListener('abort', this.#onAbort, { once: true })
    if (timeout === undefined) return
    const expire = () => this.#expire(new CellarError('TRANSACTION_TIMEOUT', { milliseconds: timeout }))
    this.#timer = setTimeout(expire, timeout)
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  get expired(): boolean {
    return this.#controller.signal.aborted
  }

  #expire(error: CellarError): void {
    this.#controller.abort(error)
  }

  /** The outcome of the promise, or TRANSACTION_TIMEOUT or ABORTED when that comes first. */
  race<T>(promise: Promise<T>): Promise<T> {
    if (this.#timer === undefined && this.#callerSignal === undefined) return promise
    const { signal } = this
    return new Promise<T>((resolve, reject) => {
      const onAbort = () => reject(signal.reason)
      if (signal.aborted) onAbort()
      signal.addEventListener('abort', onAbort, { once: true })
      promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
    })
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
    this.#callerSignal?.removeEventListener('abort', this.#onAbort)
  }
}
