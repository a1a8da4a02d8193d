import { arrayType } from '../../types/array.ts'
import type { ColumnType } from '../../types/column-type.ts'
import { types } from '../../types/kinds.ts'
import { sql } from '../../util/sql.ts'
import type { Evaluator } from '../evaluator.ts'
import type { ExprNode } from '../node.ts'
import { firstType, type Operation, strict, strictEvaluator } from './operation.ts'

type Values = readonly unknown[]

/** Needs to know what the elements are. */
function ofElements(
  result: Operation['result'],
  js: (element: ColumnType) => (values: Values, ...more: never[]) => unknown,
): Operation {
  return {
    result,
    sql: null,
    evaluator: (operands, nodes) =>
      strictEvaluator(operands, js(elementType(nodes[0])) as (...operands: unknown[]) => unknown),
  }
}

const elementType = (node: ExprNode | undefined): ColumnType => node?.type.element?.type ?? types.json
const same: Operation['result'] = (operands) => ({
  type: firstType(operands),
  nullable: operands.some((operand) => operand.nullable),
})
const oneElement: Operation['result'] = ([array]) => ({ type: elementType(array), nullable: true })

/** Null is greatest, as in `compare` of arrays. */
function order(a: unknown, b: unknown, { compare }: ColumnType): number {
  return a === null || b === null ? Number(a === null) - Number(b === null) : compare(a, b)
}

function extreme(sign: number): Operation {
  return ofElements(oneElement, ({ compare }) => (values) => {
    const known = values.filter((value) => value !== null)
    return known.length === 0 ? null : known.reduce((a, b) => (sign * compare(a, b) <= 0 ? a : b))
  })
}

/** Of two arrays, the type that holds the elements of both. */
function eitherType([first, second]: readonly ExprNode[]): ColumnType {
  const type = (first as ExprNode).type
  return type.element && second?.type.element?.nullable ? arrayType(type.element.type, true) : type
}

export const ARRAY_LISTS = {
  'array.concat': strict({
    type: eitherType,
    sql: (a, b) => sql`(case when ${a} is not null and ${b} is not null then ${a} || ${b} end)`,
    js: (a: Values, b: Values) => [...a, ...b],
  }),
  'array.slice': strict({
    type: firstType,
    sql: null,
    js: (a: Values, start: number, end?: number) => a.slice(start, end),
  }),
  'array.reverse': strict({ type: firstType, sql: null, js: (a: Values) => a.toReversed() }),
  /** Operands: the array and the direction as a literal. Null comes last. */
  'array.sort': ofElements(same, (element) => (values: Values, direction: string) => {
    const sign = direction === 'desc' ? -1 : 1
    return values.toSorted((a, b) => order(a, b, element) * (a === null || b === null ? 1 : sign))
  }),
  /** The first of each. */
  'array.distinct': ofElements(same, (element) => (values) => {
    const places = values.map((_, index) => index)
    places.sort((a, b) => order(values[a], values[b], element) || a - b)
    const first = places.filter((place, at) => {
      const before = places[at - 1]
      return before === undefined || order(values[before], values[place], element) !== 0
    })
    return first.sort((a, b) => a - b).map((place) => values[place])
  }),
  'array.min': extreme(1),
  'array.max': extreme(-1),
} satisfies Record<string, Operation>

/** Where an element is, from 0; -1 where it is not. Null is looked for like a value. */
export const ARRAY_SEARCH = {
  'array.index-of': {
    result: ([array]) => ({ type: types.int, nullable: array?.nullable ?? true }),
    sql: null,
    evaluator: ([array, value], [node]) => {
      const [list, wanted, element] = [array as Evaluator, value as Evaluator, elementType(node)]
      return (context) => {
        const values = list(context) as Values | null
        if (values === null) return null
        const sought = wanted(context)
        return values.findIndex((one) => order(one, sought, element) === 0)
      }
    },
  },
} satisfies Record<string, Operation>
