import { quoteIdentifier } from '../database/identifier.ts'
import { CellarError } from '../errors/cellar-error.ts'
import { compileExpr } from '../expr/compile-expr.ts'
import type { ExprNode } from '../expr/node.ts'
import { isSqlCompilable } from '../expr/sql-compilable.ts'
import { conjunctsOf } from '../query/conditions.ts'
import { type Fragment, joinSql, raw, sql } from '../util/sql.ts'
import { assertColumns } from './parse-changes.ts'
import type { WritePlan } from './write-plan.ts'

/** The rows that a write is about: what Postgres decides, and what is left to JavaScript. */
export interface Selection {
  /** Over the table as `t`; undefined for every row. */
  readonly condition: Fragment | undefined
  readonly filters: readonly ExprNode[]
}

/** @throws UNKNOWN_COLUMN, INVALID_VALUE */
export function selectRows(plan: WritePlan, where: ExprNode | undefined): Selection {
  const parts = conjunctsOf(where)
  for (const node of parts) assertColumns(plan, node)
  const conditions = parts.filter((node) => isSqlCompilable(node)).map((node) => compileOver(node, 't'))
  return {
    condition: conditions.length === 0 ? undefined : sql`(${joinSql(conditions, ' and ')})`,
    filters: parts.filter((node) => !isSqlCompilable(node)),
  }
}

/** The SQL of an expression over the columns of a source. */
export function compileOver(node: ExprNode, source: 't' | 'o'): Fragment {
  return compileExpr(node, {
    column: ({ column }) => raw(`${source}.${quoteIdentifier(column)}`),
    parameter: ({ name }) => {
      throw new CellarError('INVALID_VALUE', { subject: `parameter ${name}`, reason: 'a write has no parameters' })
    },
  })
}
