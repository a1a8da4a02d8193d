import { types } from '../../types/kinds.ts'
import { type Fragment, raw, sql } from '../../util/sql.ts'
import { baseType } from '../convert.ts'
import { firstType } from '../operations/operation.ts'
import type { Aggregate, AggregateCall } from './aggregate.ts'

/** Below this no sum of as many doubles as a table can hold overflows. */
const SUMMABLE = raw("'1e288'::float8")
/** Below this their squares do not overflow either. */
const SQUARABLE = raw("'1e140'::float8")
const MAX_INT = raw(String(Number.MAX_SAFE_INTEGER))

/**
 * Postgres' own sum raises an error where it overflows and is fast; ours has the arithmetic of JavaScript and is slow.
 * Where an error is no option, each takes the values that are its own.
 */
function floatSum({ operands: [x], call, distinct, plainSums }: AggregateCall): Fragment {
  const value = x as Fragment
  if (plainSums?.()) return call(sql`sum(${distinct}${value})`)
  const usual = call(sql`sum(${distinct}${value})`, sql`abs(${value}) < ${SUMMABLE}`)
  const rare = call(sql`cellar.float_sum(${distinct}${value})`, sql`abs(${value}) >= ${SUMMABLE}`)
  return sql`coalesce(cellar.float_add(${usual}, ${rare}), ${usual}, ${rare})`
}

const intSum = ({ operands: [x], call, distinct }: AggregateCall): Fragment =>
  call(sql`sum(${distinct}${x as Fragment})`)

function sumSql(of: AggregateCall): Fragment {
  switch (of.nodes[0]?.type.kind) {
    case 'float':
      return floatSum(of)
    case 'int': {
      const sum = intSum(of)
      return sql`(case when ${sum} between -${MAX_INT} and ${MAX_INT} then ${sum}::int8 end)`
    }
    case 'bigint':
      return sql`cellar.bigint_of(${intSum(of)})`
    default:
      return intSum(of)
  }
}

export const NUMBER_AGGREGATES = {
  /** Null of no values, and where the sum is outside of the type. */
  sum: {
    result: (operands) => ({ type: baseType(firstType(operands)), nullable: true }),
    sql: sumSql,
    windowed: true,
  },
  mean: {
    result: () => ({ type: types.float, nullable: true }),
    sql: (of) => {
      const [x] = of.operands as [Fragment]
      const sum = of.nodes[0]?.type.kind === 'float' ? floatSum(of) : sql`${intSum(of)}::float8`
      return sql`cellar.float_div(${sum}, ${of.call(sql`count(${of.distinct}${x})`)}::float8)`
    },
    windowed: true,
  },
  /** Of a sample: null of fewer than two values, NaN where one of them is too large to be squared. */
  stddev: {
    result: () => ({ type: types.float, nullable: true }),
    sql: ({ operands: [x], call, distinct }) => {
      const value = sql`${x as Fragment}::float8`
      const rare = call(sql`count(${value})`, sql`not abs(${value}) < ${SQUARABLE}`)
      const usual = call(sql`stddev_samp(${distinct}${value})`, sql`abs(${value}) < ${SQUARABLE}`)
      return sql`(case when ${rare} = 0 then ${usual} else 'NaN'::float8 end)`
    },
    windowed: true,
  },
} satisfies Record<string, Aggregate>
