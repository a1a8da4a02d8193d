import { type FunctionMedia, type QueryingContext, RUN_QUERY, type RunQuery } from '../func/function-context.ts'

/** The context of one call; its signal is made only when somebody asks for it. */
export class CallContext implements QueryingContext {
  readonly media: FunctionMedia
  readonly [RUN_QUERY]: RunQuery | undefined
  /** Told before the function is. */
  onAbort: ((reason: unknown) => void) | undefined
  #controller: AbortController | undefined
  #aborted: { readonly reason: unknown } | undefined

  constructor(media: FunctionMedia, runQuery: RunQuery | undefined) {
    this.media = media
    this[RUN_QUERY] = runQuery
  }

  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController()
      if (this.#aborted) this.#controller.abort(this.#aborted.reason)
    }
    return this.#controller.signal
  }

  abort(reason: unknown): void {
    if (this.#aborted) return
    this.#aborted = { reason }
    this.onAbort?.(reason)
    this.#controller?.abort(reason)
  }
}
