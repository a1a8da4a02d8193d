import { CellarError } from '../errors/cellar-error.ts'
import { argumentNode } from '../expr/argument-node.ts'
import { caseBranch, caseNode } from '../expr/case-node.ts'
import { columnScope } from '../expr/column-scope.ts'
import { jsonNodeOf } from '../expr/json-of.ts'
import { literalNode } from '../expr/literal-node.ts'
import { mapNode } from '../expr/map-node.ts'
import type { ExprNode } from '../expr/node.ts'
import { applyOperation } from '../expr/operations/table.ts'
import { toExpr } from '../expr/to-expr.ts'
import { toNode } from '../expr/to-node.ts'
import type { FunctionArgs } from '../func/function-definition.ts'
import type { Args, NullIf } from '../func/function-spec.ts'
import type { Columns } from '../types/column.ts'
import { type ColumnSpec, makeDefault } from '../types/column-spec.ts'
import type { AnyExpr, JsonExpr } from '../types/expr.ts'
import { scopeColumns } from './computed-spec.ts'
import { foreignReason, ownColumns } from './own-columns.ts'
import type { AnyTable } from './table.ts'
import type { TableSpec } from './table-spec.ts'
import { specOfTable } from './table-value.ts'

/** The computed columns of a table in their wire form. */
type ComputedRecord<T extends AnyTable> = {
  -readonly [K in Exclude<keyof T['~scope'], keyof T['~columns']>]: T['~scope'][K] extends { readonly '~wire': infer W }
    ? W
    : never
}

/** A table's computation as it is called inside expressions. */
export interface TableFunction<A extends Columns, X extends AnyExpr> {
  <M extends null = never>(args: Args<A, M>): NullIf<X, M>
  readonly '~args': A
  readonly '~expr': X
}

/**
 * The computed columns of a table as a function of its plain columns. A call stands for the expressions of the
 * columns; nothing is stored in the table. The result is a JSON record of the computed columns, or what `returns` says.
 *
 * @example
 * const keywordsOf = asFunction(notes, { returns: (c) => c.keywords })
 * defineTable('mails', { body: t.string() }).computed('keywords', (c) => keywordsOf({ text: c.body }))
 *
 * @throws INVALID_DECLARATION when the result cannot be computed from one row of the table
 */
export function asFunction<T extends AnyTable, X extends AnyExpr = JsonExpr<ComputedRecord<T>>>(
  table: T,
  { returns }: { readonly returns?: (c: T['~scope']) => X } = {},
): TableFunction<T['~columns'], X> {
  const spec = specOfTable(table)
  const result = returns ? toNode(returns(columnScope(scopeColumns(spec)) as T['~scope'])) : computedRecord(spec)
  const reason = foreignReason(spec, result)
  if (reason) throw refused(`the function of table ${spec.path}`, reason)
  const node = ownColumns(result)
  const call = (args: FunctionArgs = {}) => toExpr(inlined(spec, node, args))
  // `~args` and `~expr` exist for the type checker only.
  return Object.freeze(call) as unknown as TableFunction<T['~columns'], X>
}

function computedRecord(spec: TableSpec): ExprNode {
  const scope = columnScope(scopeColumns(spec))
  return jsonNodeOf(Object.fromEntries(Object.keys(spec.computed).map((name) => [name, scope[name]])))
}

/** The expression with columns replaced: plain ones by arguments, computed ones by what they are computed from. */
function inlined(spec: TableSpec, result: ExprNode, values: FunctionArgs): ExprNode {
  const subject = `a call of table ${spec.path}`
  const unknown = Object.keys(values).find((key) => !Object.hasOwn(spec.columns, key))
  if (unknown !== undefined) throw refused(subject, `it has no plain column ${unknown}`)
  const known = new Map<string, ExprNode>()
  const missing = new Map<string, ExprNode>()
  const replace = (node: ExprNode): ExprNode =>
    mapNode(node, (part) => (part.kind === 'column-ref' ? column(part.column) : undefined))
  const column = (name: string): ExprNode => {
    const before = known.get(name)
    if (before) return before
    const plain = spec.columns[name]
    const node = plain ? given(name, plain) : replace((spec.computed[name] as { node: ExprNode }).node)
    known.set(name, node)
    return node
  }
  const given = (name: string, plain: ColumnSpec): ExprNode => {
    const value = values[name]
    if (value === undefined) return defaultOf(name, plain)
    const node = argumentNode(`table ${spec.path}`, name, plain, value)
    if (node.nullable && !plain.nullable) missing.set(name, node)
    return node
  }
  const defaultOf = (name: string, plain: ColumnSpec): ExprNode => {
    if (plain.default?.kind === 'expression') return replace(plain.default.node as ExprNode)
    if (plain.default?.kind === 'generator')
      throw refused(subject, `the default of ${name} is made anew for each row; give the argument ${name}`)
    const value = makeDefault(plain)
    if (value === undefined) throw refused(subject, `it needs the argument ${name}`)
    return literalNode(value, plain.type)
  }
  for (const [name, plain] of Object.entries(spec.columns)) {
    if (values[name] !== undefined || !(plain.nullable || plain.default)) column(name)
  }
  return nullWhere([...missing.values()], replace(result))
}

/** As with any function, null for an argument that is not nullable makes the result null. */
function nullWhere(arguments_: readonly ExprNode[], otherwise: ExprNode): ExprNode {
  if (arguments_.length === 0) return otherwise
  const { type } = otherwise
  const branches = arguments_.map((node) => caseBranch(applyOperation('is-null', node), literalNode(null, type)))
  return caseNode({ branches, otherwise, type, nullable: true })
}

function refused(subject: string, reason: string): CellarError<'INVALID_DECLARATION'> {
  return new CellarError('INVALID_DECLARATION', { subject, reason })
}
