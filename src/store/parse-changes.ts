import { CellarError } from '../errors/cellar-error.ts'
import { isExpr } from '../expr/expression.ts'
import type { ExprNode } from '../expr/node.ts'
import { toNode } from '../expr/to-node.ts'
import { columnsOf } from '../expr/walk.ts'
import type { Row } from '../schema/row-codec.ts'
import { isRecord, parseValue, type RowIssue, rowError, unknownColumns } from './parse-row.ts'
import type { WriteColumn, WritePlan } from './write-plan.ts'

/** What an update sets: values, and expressions over the row as it was. */
export interface Changes {
  readonly values: Row
  readonly nodes: ReadonlyMap<string, ExprNode>
}

export interface ParseChangesOptions {
  readonly validated?: boolean | undefined
  /** Expressions may be given. */
  readonly expressions: boolean
}

/** Columns given as undefined are left alone. */
export function parseChanges(
  plan: WritePlan,
  input: unknown,
  options: ParseChangesOptions,
  issues: RowIssue[],
): Changes | undefined {
  if (!isRecord(input)) {
    issues.push({ path: [], code: 'INVALID_VALUE', message: 'Changes are an object with a value for each column.' })
    return undefined
  }
  const before = issues.length
  unknownColumns(plan, input, issues)
  const values: Row = {}
  const nodes = new Map<string, ExprNode>()
  for (const name of Object.keys(input)) {
    const value = input[name]
    const column = plan.byName.get(name)
    if (value === undefined || column?.spec === undefined) continue
    if (options.expressions && isExpr(value)) {
      const node = parseNode(plan, column, value, issues)
      if (node) nodes.set(name, node)
    } else values[name] = options.validated && value !== null ? value : parseValue(column, value, issues)
  }
  return issues.length > before ? undefined : { values, nodes }
}

function parseNode(plan: WritePlan, column: WriteColumn, value: unknown, issues: RowIssue[]): ExprNode | undefined {
  const node = toNode(value, column.type)
  if (node.kind === 'literal') {
    parseValue(column, node.value, issues)
    return node
  }
  if (node.type.kind !== column.type.kind) {
    const message = `An expression of type ${node.type.kind} cannot be stored in ${column.name}, which is ${column.type.kind}.`
    issues.push({ path: [column.name], code: 'INVALID_VALUE', message })
    return undefined
  }
  assertColumns(plan, node)
  return node
}

/** @throws UNKNOWN_COLUMN when the expression reads what the table does not have */
export function assertColumns(plan: WritePlan, node: ExprNode): void {
  for (const name of columnsOf(node)) {
    if (plan.byName.has(name) || name.startsWith('_')) continue
    const known = plan.columns.map((column) => column.name).join(', ')
    throw new CellarError('UNKNOWN_COLUMN', { subject: `table ${plan.spec.path}`, column: name, known })
  }
}

/** @throws the error of the first issue */
export function requireChanges(
  plan: WritePlan,
  input: unknown,
  options: ParseChangesOptions,
  position?: number,
): Changes {
  const issues: RowIssue[] = []
  const changes = parseChanges(plan, input, options, issues)
  if (changes === undefined) throw rowError(plan, issues, position)
  return changes
}
