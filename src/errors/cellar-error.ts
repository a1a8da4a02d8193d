import { type DetailsOf, ERROR_CODES, type ErrorCode } from './codes.ts'

/** One thing wrong with an input, at a path inside it. */
export interface Issue {
  readonly path: readonly (string | number)[]
  readonly message: string
  readonly code: string
}

export interface CellarErrorOptions {
  readonly cause?: unknown
  readonly issues?: readonly Issue[]
  /** Seconds after which trying again makes sense. */
  readonly retryAfter?: number
  /** Overrides the table's answer, for failures that only their source can judge. */
  readonly retryable?: boolean
}

const BRAND = Symbol.for('cellar.error')

/** Every failure that Cellar reports: a stable `code`, a message that says what to do, and typed `details`. */
export class CellarError<C extends ErrorCode = ErrorCode> extends Error {
  readonly code: C
  readonly details: DetailsOf<C>
  readonly issues: readonly Issue[]
  readonly status: number
  readonly exitCode: 1 | 2
  readonly retryable: boolean
  readonly retryAfter: number | undefined

  constructor(code: C, details: DetailsOf<C>, options: CellarErrorOptions = {}) {
    const spec = ERROR_CODES[code]
    super(formatMessage(spec.message, details), options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'CellarError'
    this.code = code
    this.details = details
    this.issues = options.issues ?? []
    this.status = spec.status
    this.exitCode = spec.exit
    this.retryable = options.retryable ?? spec.retryable
    this.retryAfter = options.retryAfter
    Object.defineProperty(this, BRAND, { value: true })
  }
}

/** True for errors of any installed copy of Cellar. */
export function isCellarError(error: unknown): error is CellarError {
  return typeof error === 'object' && error !== null && BRAND in error
}

function formatMessage(template: string, details: Readonly<Record<string, string | number>>): string {
  return template.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(details[name] ?? `{${name}}`))
}
