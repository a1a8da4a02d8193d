import { CellarError, type Issue, isCellarError } from '../errors/cellar-error.ts'
import type { ErrorCode } from '../errors/codes.ts'
import { compileEvaluator } from '../expr/compile-evaluator.ts'
import type { ExprNode } from '../expr/node.ts'
import type { Row } from '../schema/row-codec.ts'
import { makeDefault } from '../types/column-spec.ts'
import { derive, type WriteColumn, type WritePlan } from './write-plan.ts'

/** One thing wrong with a row; the codes are those of the errors that a lone row throws. */
export interface RowIssue extends Issue {
  readonly code: 'INVALID_VALUE' | 'UNKNOWN_COLUMN' | 'MISSING_VALUE'
}

export interface ParseOptions {
  /** The values were parsed before. */
  readonly validated: boolean
  /** A missing value is null, whatever the column says. */
  readonly partial?: boolean
}

/**
 * A complete row for an insert: values parsed, defaults made, computed columns null. Undefined, with issues added, when
 * the input cannot be used.
 */
export function parseInsert(
  plan: WritePlan,
  input: unknown,
  options: ParseOptions,
  issues: RowIssue[],
): Row | undefined {
  if (!isRecord(input)) {
    issues.push({ path: [], code: 'INVALID_VALUE', message: 'A row is an object with a value for each column.' })
    return undefined
  }
  const before = issues.length
  const row: Row = {}
  let given = 0
  let expressions = false
  for (const column of plan.columns) {
    const { name, spec } = column
    row[name] = null
    if (spec === undefined) continue
    const present = Object.hasOwn(input, name)
    if (present) given += 1
    const value = present ? input[name] : undefined
    if (value === undefined) {
      if (spec.default?.kind === 'expression') expressions = true
      else if (spec.default !== undefined) row[name] = makeDefault(spec)
      else if (!spec.nullable && !options.partial) issues.push(missing(column))
    } else row[name] = options.validated && value !== null ? value : parseValue(column, value, issues)
  }
  if (Object.keys(input).length !== given) unknownColumns(plan, input, issues)
  if (issues.length > before) return undefined
  if (expressions) fillExpressions(plan, input, row, issues)
  return issues.length > before ? undefined : row
}

/** A value for one column, null allowed where the column allows it. */
export function parseValue(column: WriteColumn, value: unknown, issues: RowIssue[]): unknown {
  if (value === null) {
    if (column.spec?.nullable === false) issues.push(missing(column))
    return null
  }
  try {
    return column.type.parse(value)
  } catch (error) {
    if (!isCellarError(error) || error.code !== 'INVALID_VALUE') throw error
    for (const { path, message } of error.issues) {
      issues.push({ path: [column.name, ...path], message, code: 'INVALID_VALUE' })
    }
    return null
  }
}

function missing(column: WriteColumn): RowIssue {
  return { path: [column.name], code: 'MISSING_VALUE', message: `${column.name} needs a value.` }
}

/** Names given that are no column to be written. */
export function unknownColumns(plan: WritePlan, input: Readonly<Record<string, unknown>>, issues: RowIssue[]): void {
  for (const name of Object.keys(input)) {
    const column = plan.byName.get(name)
    if (column?.spec) continue
    if (column)
      issues.push({ path: [name], code: 'INVALID_VALUE', message: `${name} is computed and cannot be given.` })
    else issues.push({ path: [name], code: 'UNKNOWN_COLUMN', message: `There is no column ${name}.` })
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Defaults that are expressions read the other columns, in the order of declaration. */
function fillExpressions(
  plan: WritePlan,
  input: Readonly<Record<string, unknown>>,
  row: Row,
  issues: RowIssue[],
): void {
  for (const { column, evaluate } of defaultExpressions(plan)) {
    if (input[column.name] !== undefined) continue
    const value = evaluate({ row })
    if (value === null || value === undefined) parseValue(column, null, issues)
    else row[column.name] = parseValue(column, value, issues)
  }
}

function defaultExpressions(plan: WritePlan) {
  return derive(plan, 'default expressions', () =>
    plan.inputs.flatMap((column) => {
      const initial = column.spec?.default
      if (initial?.kind !== 'expression') return []
      return [{ column, evaluate: compileEvaluator(initial.node as ExprNode) }]
    }),
  )
}

/** The error of a row that cannot be written; `position` is its place in a list. */
export function rowError(plan: WritePlan, issues: readonly RowIssue[], position: number | undefined): CellarError {
  const [first] = issues
  const code: ErrorCode = first?.code ?? 'INVALID_VALUE'
  const subject = position === undefined ? `table ${plan.spec.path}` : `row ${position} of table ${plan.spec.path}`
  const column = String(first?.path[0] ?? '')
  const placed =
    position === undefined ? issues : issues.map((issue) => ({ ...issue, path: [position, ...issue.path] }))
  const options = { issues: placed }
  if (code === 'UNKNOWN_COLUMN') {
    const known = plan.inputs.map((input) => input.name).join(', ')
    return new CellarError('UNKNOWN_COLUMN', { subject, column, known }, options)
  }
  if (code === 'MISSING_VALUE') return new CellarError('MISSING_VALUE', { subject, column }, options)
  const reason = issues.map(({ path, message }) => `${path.join('.')}: ${message.replace(/\.$/, '')}`).join('; ')
  return new CellarError('INVALID_VALUE', { subject, reason }, options)
}
