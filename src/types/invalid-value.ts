import { CellarError, type Issue, isCellarError } from '../errors/cellar-error.ts'
import { describeValue } from './describe-value.ts'

type Path = Issue['path']

/** A value that its type does not take; the paths of `issues` start at that value, their messages continue its name. */
export class InvalidValue extends CellarError<'INVALID_VALUE'> {
  constructor(issues: readonly Issue[]) {
    super('INVALID_VALUE', { subject: 'The input', reason: describeIssues(issues) }, { issues })
  }
}

export function isInvalidValue(error: unknown): error is CellarError<'INVALID_VALUE'> {
  return isCellarError(error) && error.code === 'INVALID_VALUE'
}

/** @example throw invalidValue('is not a day of the calendar') */
export function invalidValue(message: string, path: Path = []): InvalidValue {
  return new InvalidValue([{ path, message, code: 'INVALID_VALUE' }])
}

/** @example throw wrongType('a whole number', value) */
export function wrongType(expected: string, value: unknown): InvalidValue {
  return invalidValue(`must be ${expected}, not ${describeValue(value)}`)
}

/** The issues of an error, with `step` before their paths; other errors are thrown on. */
export function issuesAt(error: unknown, step: string | number): readonly Issue[] {
  if (!isInvalidValue(error)) throw error
  return error.issues.map((issue) => ({ ...issue, path: [step, ...issue.path] }))
}

const MAX_DESCRIBED = 3

/** One sentence part about the first few issues. */
export function describeIssues(issues: readonly Issue[]): string {
  const parts = issues.slice(0, MAX_DESCRIBED).map(({ path, message }) => {
    return `${path.length === 0 ? 'it' : path.join('.')} ${message}`
  })
  const more = issues.length - parts.length
  return parts.join('; ') + (more > 0 ? `; and ${more} more` : '')
}
