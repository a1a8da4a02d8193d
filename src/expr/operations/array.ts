import type { ElementType } from '../../types/column-type.ts'
import { types } from '../../types/kinds.ts'
import { type Fragment, sql } from '../../util/sql.ts'
import type { Evaluator } from '../evaluator.ts'
import type { ExprNode } from '../node.ts'
import { type Operation, strict, strictEvaluator } from './operation.ts'

type Values = readonly unknown[]

/**
 * Arrays of scalars are Postgres arrays, others are stored as jsonb; of those an element is not what its type stores
 * in a column, so they are opened in JavaScript only.
 */
export const ARRAY_OPERATIONS = {
  'array.at': {
    result: ([array]) => ({ type: elementOf(array).type, nullable: true }),
    sql: ([array, index], nodes) => {
      const element = sql`(${part(array)})[cellar.array_place(${part(index)}, cardinality(${part(array)}))]`
      return elementOf(nodes[0]).type.kind === 'string' ? sql`(${element} collate "C")` : sql`(${element})`
    },
    evaluator: (operands) => strictEvaluator(operands, elementAt),
  },
  'array.at-in-json': {
    result: ([array]) => ({ type: elementOf(array).type, nullable: true }),
    sql: null,
    evaluator: (operands) => strictEvaluator(operands, elementAt),
  },
  'array.length': {
    result: ([array]) => ({ type: types.int, nullable: array?.nullable ?? false }),
    sql: ([array], nodes) =>
      elementOf(nodes[0]).type.scalar
        ? sql`cardinality(${part(array)})::int8`
        : sql`jsonb_array_length(${part(array)})::int8`,
    evaluator: (operands) => strictEvaluator(operands, (array) => (array as Values).length),
  },
  /** True also for a null that is looked for and found. */
  'array.includes': {
    result: ([array]) => ({ type: types.bool, nullable: array?.nullable ?? false }),
    sql: ([array, value]) =>
      sql`(case when ${part(array)} is not null then array_position(${part(array)}, ${part(value)}) is not null end)`,
    evaluator: includesEvaluator,
  },
  'array.includes-in-json': {
    result: ([array]) => ({ type: types.bool, nullable: array?.nullable ?? false }),
    sql: null,
    evaluator: includesEvaluator,
  },
  'array.to-text': strict({
    type: types.string,
    sql: null,
    js: (a: Values) => JSON.stringify(a, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
  }),
} satisfies Record<string, Operation>

function elementAt(array: unknown, index: unknown): unknown {
  return (array as Values).at(index as number) ?? null
}

function includesEvaluator([array, value]: readonly Evaluator[], [node]: readonly ExprNode[]): Evaluator {
  const { type } = elementOf(node)
  const [values, wanted] = [array as Evaluator, value as Evaluator]
  return (context) => {
    const list = values(context) as Values | null
    if (list === null) return null
    const sought = wanted(context)
    if (sought === null) return list.includes(null)
    for (const element of list) if (element !== null && type.compare(element, sought) === 0) return true
    return false
  }
}

function elementOf(node: ExprNode | undefined): ElementType {
  return node?.type.element ?? { type: types.json, nullable: true }
}

function part(fragment: Fragment | undefined): Fragment {
  return fragment ?? sql`null`
}
