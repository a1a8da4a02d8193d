import { arrayType } from '../../types/array.ts'
import { types } from '../../types/kinds.ts'
import { type Fragment, raw, sql } from '../../util/sql.ts'
import { baseType } from '../convert.ts'
import type { ExprNode } from '../node.ts'
import { firstType } from '../operations/operation.ts'
import type { Aggregate, AggregateCall } from './aggregate.ts'

const kindOf = ({ nodes }: AggregateCall) => nodes[0]?.type.kind

/** Postgres has no least or greatest boolean or uuid; the text of uuids has their order. */
function extreme(name: 'min' | 'max'): Aggregate {
  return {
    result: (operands) => ({ type: baseType(firstType(operands)), nullable: true }),
    sql: (of) => {
      const [x] = of.operands as [Fragment]
      const aggregate = raw(name)
      if (kindOf(of) === 'bool') return of.call(sql`${raw(name === 'min' ? 'bool_and' : 'bool_or')}(${x})`)
      if (kindOf(of) === 'uuid') return sql`${of.call(sql`${aggregate}(${x}::text collate "C")`)}::uuid`
      return of.call(sql`${aggregate}(${x})`)
    },
    windowed: true,
  }
}

function boolean(name: 'bool_or' | 'bool_and'): Aggregate {
  return {
    result: () => ({ type: types.bool, nullable: true }),
    sql: ({ operands: [x], call }) => call(sql`${raw(name)}(${x as Fragment})`),
    windowed: true,
  }
}

/** The value of the row that comes first, null included. */
function end(which: 'first' | 'last'): Aggregate {
  return {
    result: (operands) => ({ type: firstType(operands), nullable: true }),
    sql: ({ operands: [x], call, order, reversed }) =>
      sql`(${call(sql`array_agg(${x as Fragment}${which === 'first' ? order : reversed})`)})[1]`,
    windowed: false,
  }
}

const listType = (operands: readonly ExprNode[]) => arrayType(firstType(operands), operands[0]?.nullable ?? true)

export const VALUE_AGGREGATES = {
  'count-rows': {
    result: () => ({ type: types.int, nullable: false }),
    sql: ({ call }) => call(sql`count(*)`),
    windowed: true,
  },
  count: {
    result: () => ({ type: types.int, nullable: false }),
    sql: ({ operands: [x], distinct, call }) => call(sql`count(${distinct}${x as Fragment})`),
    windowed: true,
  },
  min: extreme('min'),
  max: extreme('max'),
  any: boolean('bool_or'),
  all: boolean('bool_and'),
  /** Every value, nulls included; empty where there is no row. */
  list: {
    result: (operands) => ({ type: listType(operands), nullable: false }),
    sql: (of) => {
      const [x] = of.operands as [Fragment]
      const type = listType(of.nodes)
      const inJson = type.postgres === 'jsonb'
      const aggregate = raw(inJson ? 'jsonb_agg' : 'array_agg')
      const empty = raw(`'${inJson ? '[]' : '{}'}'::${type.postgres}`)
      return sql`coalesce(${of.call(sql`${aggregate}(${of.distinct}${x}${of.order})`)}, ${empty})`
    },
    windowed: false,
  },
  first: end('first'),
  last: end('last'),
} satisfies Record<string, Aggregate>
