import { isCellarError } from '../errors/cellar-error.ts'
import type { JobFailure } from './job.ts'

/** What is kept of an error that ended a job: of one that is not ours nothing, since callers read it. */
export function failureOf(error: unknown): JobFailure {
  if (isCellarError(error)) {
    const { code, message, status, retryable, issues } = error
    return { code, message, status, retryable, issues }
  }
  return {
    code: 'INTERNAL',
    message: 'The job failed for a reason that is in the log of the server.',
    status: 500,
    retryable: false,
    issues: [],
  }
}
