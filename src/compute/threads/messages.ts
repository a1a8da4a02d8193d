import type { Media } from '../../types/media.ts'

export interface CallMessage {
  readonly type: 'call'
  readonly module: string
  readonly name: string
  readonly version: string
  /** One argument object, or a list of them for a batched function. */
  readonly input: unknown
}

/** The answer to a question. */
export interface PathMessage {
  readonly type: 'path'
  readonly question: number
  readonly path?: string
  readonly error?: ErrorData
}

/** Asks for the path of a medium, or without one for a scratch path. */
export interface QuestionMessage {
  readonly type: 'question'
  readonly question: number
  readonly media: Media | undefined
}

export type ToThread = CallMessage | PathMessage

export type FromThread =
  /** The module is loaded and the function is about to be called: its time begins. */
  | { readonly type: 'begin' }
  | { readonly type: 'result'; readonly value: unknown }
  /** A batch with failed rows: those hold their errors. */
  | { readonly type: 'partial'; readonly values: readonly (unknown | ErrorData)[]; readonly failed: readonly number[] }
  | { readonly type: 'error'; readonly error: ErrorData }
  /** The result is of a kind that cannot be sent between threads. */
  | { readonly type: 'unsendable'; readonly reason: string }
  | { readonly type: 'unavailable'; readonly reason: string }
  | QuestionMessage

/** What matters of an error on the other side of a thread; clones of errors lose their fields. */
export interface ErrorData {
  readonly name: string
  readonly message: string
  readonly code?: string | undefined
  readonly retryable: boolean
  /** It was a CellarError, whose code is the failure's. */
  readonly cellar: boolean
}
