import { sql as kysely, type RawBuilder } from 'kysely'
import { CellarError } from '../errors/cellar-error.ts'
import type { ColumnType } from '../types/column-type.ts'
import type { ColumnRefNode } from './column-ref-node.ts'
import { type Fragment, type Hole, hole, joinSql, rawSql, sql } from './fragment.ts'
import { type ExprNode, type NodeHandlers, visitNode } from './node.ts'
import { findOperation } from './operations/table.ts'
import type { ParameterNode } from './parameter-node.ts'
import { walkNode } from './walk.ts'

export interface CompileContext {
  /** A reference to the stored column, which has the physical type and collation of its column type. */
  column(node: ColumnRefNode): RawBuilder<unknown>
  /** The place of a parameter; the cast is added here. */
  parameter(node: ParameterNode): RawBuilder<unknown>
}

const compilable = new WeakMap<ExprNode, boolean>()

/** True when SQL gives exactly the answer that JavaScript gives. Function calls never run in SQL. */
export function isSqlCompilable(node: ExprNode): boolean {
  const known = compilable.get(node)
  if (known !== undefined) return known
  let result = true
  for (const part of walkNode(node)) {
    if (part.kind === 'call' || (part.kind === 'operation' && findOperation(part.operation).sql === null)) {
      result = false
      break
    }
  }
  compilable.set(node, result)
  return result
}

/**
 * Compiles an expression to SQL. Every value has an explicit type, and every text the collation "C".
 *
 * @throws INVALID_QUERY when the expression has no SQL form; `isSqlCompilable` tells
 */
export function compileExpr(node: ExprNode, context: CompileContext): RawBuilder<unknown> {
  return toKysely(visitNode(node, compilers, context))
}

const compilers: NodeHandlers<CompileContext, Fragment> = {
  literal: ({ value, type }) => (value === null ? rawSql(`null::${type.cast}`) : typed(hole(type.encode(value)), type)),
  'column-ref': (node, context) => sql`${hole(context.column(node))}`,
  parameter: (node, context) => typed(hole(context.parameter(node)), node.type),
  operation: (node, context) => {
    const { sql: facet } = findOperation(node.operation)
    if (facet === null) throw notCompilable(node.operation)
    return facet(
      node.operands.map((operand) => visitNode(operand, compilers, context)),
      node.operands,
    )
  },
  case: (node, context) => {
    const branches = node.branches.map(({ when, then }) => {
      const [condition, value] = [visitNode(when, compilers, context), visitNode(then, compilers, context)]
      return sql`when ${condition} then ${value}`
    })
    return sql`(case ${joinSql(branches, ' ')} else ${visitNode(node.otherwise, compilers, context)} end)`
  },
  call: (node) => {
    throw notCompilable(`call of ${node.function.name}`)
  },
}

function typed(value: Hole, type: ColumnType): Fragment {
  const cast = sql`${value}${rawSql(`::${type.cast}`)}`
  return type.kind === 'string' ? sql`(${cast} collate "C")` : cast
}

/** Kysely's `sql` tag reads only the strings of the template, so a fragment's stand in for them. */
function toKysely(fragment: Fragment): RawBuilder<unknown> {
  const parts = fragment.parts.map((part) => ('hole' in part ? part.hole : toKysely(part)))
  return kysely(fragment.strings as unknown as TemplateStringsArray, ...parts)
}

function notCompilable(what: string): CellarError<'INVALID_QUERY'> {
  return new CellarError('INVALID_QUERY', { clause: 'an expression', reason: `${what} has no SQL form` })
}
