import { type Fragment, joinSql, sql } from '../../util/sql.ts'
import type { ExprNode } from '../node.ts'
import { firstType, type Operation, ownNulls, strictEvaluator } from './operation.ts'

/** Unlike those of Postgres, null where an operand is null. */
const inSql =
  (name: Fragment) =>
  (...operands: Fragment[]) => {
    const nulls = operands.map((operand) => sql`${operand} is null`)
    return sql`(case when not (${joinSql(nulls, ' or ')}) then ${name}(${joinSql(operands, ', ')}) end)`
  }

/** Operands are of one ordered type. */
const extreme = (name: Fragment, sign: 1 | -1) =>
  ownNulls({
    type: firstType,
    sql: inSql(name),
    evaluator: (operands, nodes) => {
      const { type } = nodes[0] as ExprNode
      const better = (a: unknown, b: unknown) => (sign * type.compare(a, b) <= 0 ? a : b)
      return strictEvaluator(operands, (...values) => values.reduce(better))
    },
  })

export const EXTREME_OPERATIONS = {
  least: extreme(sql`least`, 1),
  greatest: extreme(sql`greatest`, -1),
} satisfies Record<string, Operation>
