import type { ColumnType } from '../../types/column-type.ts'
import { types } from '../../types/kinds.ts'
import type { ExprNode } from '../node.ts'
import { type Operation, strict } from './operation.ts'

type Numbers = readonly (number | null)[]

const known = (values: Numbers): readonly number[] => values.filter((value) => value !== null)
const total = (numbers: readonly number[]) => numbers.reduce((sum, value) => sum + value)

function sumType([array]: readonly ExprNode[]): ColumnType {
  return array?.type.element?.type.kind === 'int' ? types.int : types.float
}

/** Of the elements that are not null; null where there are none. */
export const ARRAY_NUMBERS = {
  'array.sum': strict({
    type: sumType,
    nulls: 'always',
    sql: null,
    js: (a: Numbers) => (known(a).length === 0 ? null : total(known(a))),
  }),
  /** Null beyond the safe integers. */
  'array.sum-ints': strict({
    type: sumType,
    nulls: 'always',
    sql: null,
    js: (a: Numbers) => {
      const sum = known(a).reduce((sofar, value) => sofar + BigInt(value), 0n)
      return known(a).length > 0 && Number.isSafeInteger(Number(sum)) ? Number(sum) : null
    },
  }),
  'array.mean': strict({
    type: types.float,
    nulls: 'always',
    sql: null,
    js: (a: Numbers) => (known(a).length === 0 ? null : total(known(a)) / known(a).length),
  }),
  /** Null elements are empty texts, as with `join` of JavaScript. */
  'array.join': strict({ type: types.string, sql: null, js: (a: readonly unknown[], by: string) => a.join(by) }),
} satisfies Record<string, Operation>
