import { isCellarError } from '../../errors/cellar-error.ts'
import { isRetryable } from '../../func/retryable.ts'
import { Fault } from '../fault.ts'
import type { ErrorData } from './messages.ts'

export function toErrorData(error: unknown): ErrorData {
  if (isCellarError(error)) {
    const { name, message, code, retryable } = error
    return { name, message, code, retryable, cellar: true }
  }
  const retryable = isRetryable(error)
  if (typeof error !== 'object' || error === null)
    return { name: 'Error', message: String(error), retryable, cellar: false }
  const { name, message, code } = error as Record<string, unknown>
  return {
    name: typeof name === 'string' ? name : 'Error',
    message: typeof message === 'string' ? message : String(error),
    code: typeof code === 'string' ? code : undefined,
    retryable,
    cellar: false,
  }
}

/** An error of another thread. */
class ThreadError extends Error {
  readonly code: string | undefined
  readonly retryable: boolean

  constructor({ name, message, code, retryable }: ErrorData) {
    super(message)
    this.name = name
    this.code = code
    this.retryable = retryable
  }
}

export function fromErrorData(data: ErrorData): Error {
  const { message, code, retryable } = data
  return data.cellar && code !== undefined ? new Fault(code, message, { retryable }) : new ThreadError(data)
}
