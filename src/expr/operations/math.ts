import { types } from '../../types/kinds.ts'
import { sql } from '../../util/sql.ts'
import { safeInt } from './int.ts'
import { type Operation, strict } from './operation.ts'

/** The last digits of these functions differ between engines. Outside its domain a function has no answer. */
const real = (js: (x: number) => number) =>
  strict({
    type: types.float,
    nulls: 'always',
    sql: null,
    js: (x: number) => {
      const y = js(x)
      return Number.isNaN(y) && !Number.isNaN(x) ? null : y
    },
  })
const everywhere = (js: (x: number) => number) => strict({ type: types.float, sql: null, js })
const logarithm = (js: (x: number) => number) => real((x) => (x === 0 ? Number.NaN : js(x)))

/** Bits beyond the 32 that JavaScript has operators for are those of bigints. */
const bits =
  (narrow: (a: number, b: number) => number, wide: (a: bigint, b: bigint) => bigint) => (a: number, b: number) =>
    (a | 0) === a && (b | 0) === b ? narrow(a, b) : safeInt(Number(wide(BigInt(a), BigInt(b))))

export const MATH_OPERATIONS = {
  'float.exp': everywhere(Math.exp),
  'float.log': logarithm(Math.log),
  'float.log2': logarithm(Math.log2),
  'float.log10': logarithm(Math.log10),
  'float.sin': real(Math.sin),
  'float.cos': real(Math.cos),
  'float.tan': real(Math.tan),
  'float.asin': real(Math.asin),
  'float.acos': real(Math.acos),
  'float.atan': everywhere(Math.atan),
  'float.sign': strict({
    type: types.float,
    sql: (a) => sql`cellar.float_sign(${a})`,
    js: (a: number) => Math.sign(a),
  }),
  'float.floor-div': strict({
    type: types.float,
    nulls: 'always',
    sql: (a, b) => sql`floor(cellar.float_div(${a}, ${b}))`,
    js: (a: number, b: number) => (b === 0 ? null : Math.floor(a / b)),
  }),
  'int.sign': strict({ type: types.int, sql: (a) => sql`sign(${a}::float8)::int8`, js: (a: number) => Math.sign(a) }),
  /** Exact, also where the quotient of doubles would be rounded up to a whole number. */
  'int.floor-div': strict({
    type: types.int,
    nulls: 'always',
    sql: (a, b) => sql`cellar.int_floor_div(${a}, ${b})`,
    js: (a: number, b: number) => {
      if (b === 0) return null
      const rest = a % b
      return (a - rest) / b - (rest !== 0 && a < 0 !== b < 0 ? 1 : 0) + 0
    },
  }),
  'int.bit-and': strict({
    type: types.int,
    nulls: 'always',
    sql: (a, b) => sql`cellar.int_safe(${a} & ${b})`,
    js: bits(
      (a, b) => a & b,
      (a, b) => a & b,
    ),
  }),
  'int.bit-or': strict({
    type: types.int,
    nulls: 'always',
    sql: (a, b) => sql`cellar.int_safe(${a} | ${b})`,
    js: bits(
      (a, b) => a | b,
      (a, b) => a | b,
    ),
  }),
  'int.bit-xor': strict({
    type: types.int,
    nulls: 'always',
    sql: (a, b) => sql`cellar.int_safe(${a} # ${b})`,
    js: bits(
      (a, b) => a ^ b,
      (a, b) => a ^ b,
    ),
  }),
} satisfies Record<string, Operation>
