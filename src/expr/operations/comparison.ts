import { types } from '../../types/kinds.ts'
import { type Fragment, sql } from '../../util/sql.ts'
import type { Evaluator } from '../evaluator.ts'
import type { ExprNode } from '../node.ts'
import { constantOf, type Operation, ownNulls, strictEvaluator } from './operation.ts'

type Test = (order: number) => boolean

/** Operands have the same type (the builders see to it), whose total order SQL and JavaScript share. */
function comparison(text: (a: Fragment, b: Fragment) => Fragment, test: Test): Operation {
  return ownNulls({
    type: types.bool,
    sql: text,
    evaluator: (operands, nodes) => {
      const { compare } = comparable(nodes)
      return strictEvaluator(operands, (a, b) => test(compare(a, b)))
    },
  })
}

function equality(text: (a: Fragment, b: Fragment) => Fragment, equal: boolean): Operation {
  return ownNulls({
    type: types.bool,
    sql: text,
    evaluator: (operands, nodes) => {
      const { compare } = comparable(nodes)
      return strictEvaluator(operands, (a, b) => (a === b || compare(a, b) === 0) === equal)
    },
  })
}

function comparable(nodes: readonly ExprNode[]): { compare(a: unknown, b: unknown): number } {
  const { type } = nodes[0] as ExprNode
  return { compare: (a, b) => type.compare(a, b) }
}

export const COMPARISONS = {
  eq: equality((a, b) => sql`(${a} = ${b})`, true),
  ne: equality((a, b) => sql`(${a} <> ${b})`, false),
  lt: comparison(
    (a, b) => sql`(${a} < ${b})`,
    (order) => order < 0,
  ),
  lte: comparison(
    (a, b) => sql`(${a} <= ${b})`,
    (order) => order <= 0,
  ),
  gt: comparison(
    (a, b) => sql`(${a} > ${b})`,
    (order) => order > 0,
  ),
  gte: comparison(
    (a, b) => sql`(${a} >= ${b})`,
    (order) => order >= 0,
  ),
  between: ownNulls({
    type: types.bool,
    sql: (value, low, high) => sql`(${value} between ${low} and ${high})`,
    evaluator: betweenEvaluator,
  }),
  /** Operands: the value, then a literal array of what it may be. */
  in: {
    result: ([value, list]) => ({ type: types.bool, nullable: value?.nullable || listOf(list).includes(null) }),
    sql: ([value, list]) => sql`(${value as Fragment} = any(${list as Fragment}))`,
    evaluator: inEvaluator,
  },
  'is-null': ownNulls({
    type: types.bool,
    nulls: 'never',
    sql: (value) => sql`(${value} is null)`,
    evaluator: ([value]) => {
      const operand = value as Evaluator
      return (context) => operand(context) === null
    },
  }),
  'is-not-null': ownNulls({
    type: types.bool,
    nulls: 'never',
    sql: (value) => sql`(${value} is not null)`,
    evaluator: ([value]) => {
      const operand = value as Evaluator
      return (context) => operand(context) !== null
    },
  }),
} satisfies Record<string, Operation>

/** `between` is two comparisons joined by "and": one that fails decides, whatever the other knows. */
function betweenEvaluator(operands: readonly Evaluator[], nodes: readonly ExprNode[]): Evaluator {
  const { compare } = comparable(nodes)
  const [value, low, high] = operands as [Evaluator, Evaluator, Evaluator]
  return (context) => {
    const x = value(context)
    if (x === null) return null
    const a = low(context)
    if (a !== null && compare(x, a) < 0) return false
    const b = high(context)
    if (b !== null && compare(x, b) > 0) return false
    return a === null || b === null ? null : true
  }
}

function listOf(node: ExprNode | undefined): readonly unknown[] {
  return (constantOf(node) ?? []) as readonly unknown[]
}

function inEvaluator([value]: readonly Evaluator[], nodes: readonly ExprNode[]): Evaluator {
  const operand = value as Evaluator
  const list = listOf(nodes[1])
  const { compare } = comparable(nodes)
  const values = list.filter((element) => element !== null)
  const unknown = values.length < list.length ? null : false
  if (list.length === 0) return () => false
  const primitive = values.every((element) => typeof element !== 'object' && !isDecimal(nodes[0] as ExprNode))
  // A Set finds NaN and takes -0 for 0, as the order of numbers does.
  const set = new Set<unknown>(values)
  const has = primitive
    ? (x: unknown) => set.has(x)
    : (x: unknown) => values.some((element) => compare(x, element) === 0)
  return (context) => {
    const x = operand(context)
    if (x === null) return null
    return has(x) ? true : unknown
  }
}

/** Equal decimals can be written differently: 1.5 and 1.50. */
function isDecimal(node: ExprNode): boolean {
  return node.type.kind === 'decimal'
}
