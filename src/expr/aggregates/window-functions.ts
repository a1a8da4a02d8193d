import { types } from '../../types/kinds.ts'
import { type Fragment, raw, sql } from '../../util/sql.ts'
import type { ExprNode } from '../node.ts'
import { firstType } from '../operations/operation.ts'
import type { ResultType } from '../result-type.ts'

/** A function that only goes over a window. */
interface WindowFunction {
  result(operands: readonly ExprNode[]): ResultType
  sql(operands: readonly Fragment[]): Fragment
}

const ranking = (name: string): WindowFunction => ({
  result: () => ({ type: types.int, nullable: false }),
  sql: () => sql`${raw(name)}()`,
})

/** Operands: the value and how many rows away. */
const neighbour = (name: string): WindowFunction => ({
  result: (operands) => ({ type: firstType(operands), nullable: true }),
  sql: ([value, distance]) => sql`${raw(name)}(${value as Fragment}, ${distance as Fragment}::int4)`,
})

const WINDOW_FUNCTIONS = Object.freeze({
  'row-number': ranking('row_number'),
  rank: ranking('rank'),
  'dense-rank': ranking('dense_rank'),
  lag: neighbour('lag'),
  lead: neighbour('lead'),
} satisfies Record<string, WindowFunction>)

export type WindowFunctionName = keyof typeof WINDOW_FUNCTIONS

export function findWindowFunction(name: string): WindowFunction | undefined {
  return Object.hasOwn(WINDOW_FUNCTIONS, name) ? WINDOW_FUNCTIONS[name as WindowFunctionName] : undefined
}
