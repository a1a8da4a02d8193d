import { CellarError, type Issue } from '../../errors/cellar-error.ts'
import { UnusableRow } from '../../store/unusable-row.ts'
import type { InputField } from '../route-spec.ts'
import { InputParser, type InputValues, ISSUES_TOLD, invalidInput } from './input-parser.ts'

/** A row of a request that has several: its values, or what stands for it when they cannot be used. */
export type BatchRow = InputValues | UnusableRow

export interface BatchRules {
  /** Names the route in messages. */
  readonly subject: string
  readonly fields: ReadonlyMap<string, InputField>
  /** Most rows. */
  readonly most: number
  /** Rows that cannot be used are left out instead of refusing the request. */
  readonly skip: boolean
}

/**
 * Makes rows of the parts of a request, in their order. What is wrong with them is collected, so that one answer names
 * every place as `[index, field]`; with `skip`, each bad row is stood for by an `UnusableRow`.
 */
export class BatchParser {
  readonly rules: BatchRules
  #issues: Issue[] = []
  #count = 0

  constructor(rules: BatchRules) {
    this.rules = rules
  }

  get count(): number {
    return this.#count
  }

  /** True when the request will be refused: its other rows are only looked at. */
  get failed(): boolean {
    return this.#issues.length > 0
  }

  parser(): InputParser {
    return new InputParser(this.rules.subject, this.rules.fields)
  }

  /**
   * The next row, of a JSON object.
   *
   * @throws BODY_TOO_LARGE, and INVALID_VALUE when enough is wrong
   */
  object(value: unknown, repeated?: ReadonlySet<string>): BatchRow {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return this.refuse([{ path: [], message: 'must be an object', code: 'INVALID_VALUE' }])
    }
    const parser = this.parser()
    parser.object(value as Readonly<Record<string, unknown>>, repeated)
    return this.add(parser)
  }

  add(parser: InputParser): BatchRow {
    const issues = parser.end()
    if (issues) return this.refuse(issues)
    this.#next()
    return parser.values
  }

  /** A row that cannot be used. */
  refuse(issues: readonly Issue[]): UnusableRow {
    const index = this.#next()
    const row = unusable(`row ${index}`, issues)
    if (this.rules.skip) return row
    for (const issue of issues) this.#issues.push({ ...issue, path: [index, ...issue.path] })
    if (this.#issues.length >= ISSUES_TOLD) this.finish()
    return row
  }

  /** A row that cannot be read; without `skip` that refuses the request at once. */
  unreadable(error: CellarError): UnusableRow {
    const index = this.#next()
    const { code, message, retryable } = error
    if (this.rules.skip) return new UnusableRow({ code, message, retryable }, error)
    throw new CellarError(code, error.details, { cause: error, issues: [{ path: [index], message, code }] })
  }

  /** Throws when rows were refused. */
  finish(): void {
    if (this.#issues.length > 0) throw invalidInput(this.rules.subject, this.#issues.slice(0, ISSUES_TOLD))
  }

  #next(): number {
    const { most } = this.rules
    this.#count += 1
    if (this.#count > most) throw new CellarError('BODY_TOO_LARGE', { subject: 'The body', limit: `${most} rows` })
    return this.#count - 1
  }
}

function unusable(subject: string, issues: readonly Issue[]): UnusableRow {
  const error = invalidInput(subject, issues)
  const { code = error.code, path: [column] = [] } = issues[0] ?? {}
  const fault = { code, message: error.message, retryable: false }
  return new UnusableRow(column === undefined ? fault : { column: String(column), ...fault }, error)
}
