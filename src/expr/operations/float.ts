import { types } from '../../types/kinds.ts'
import { sql } from '../../util/sql.ts'
import { safeInt } from './int.ts'
import { type Operation, strict } from './operation.ts'
import { roundDigits, roundFloat, roundTens } from './rounding.ts'

/**
 * Postgres raises errors where IEEE arithmetic overflows or underflows; the functions of schema `cellar` give the IEEE
 * answer. Operands are floats, ints are converted before.
 */
export const FLOAT_OPERATIONS = {
  'float.add': strict({
    type: types.float,
    sql: (a, b) => sql`cellar.float_add(${a}, ${b})`,
    js: (a: number, b: number) => a + b,
  }),
  'float.sub': strict({
    type: types.float,
    sql: (a, b) => sql`cellar.float_add(${a}, - ${b})`,
    js: (a: number, b: number) => a - b,
  }),
  'float.mul': strict({
    type: types.float,
    sql: (a, b) => sql`cellar.float_mul(${a}, ${b})`,
    js: (a: number, b: number) => a * b,
  }),
  'float.div': strict({
    type: types.float,
    nulls: 'always',
    sql: (a, b) => sql`cellar.float_div(${a}, ${b})`,
    js: (a: number, b: number) => (b === 0 ? null : a / b),
  }),
  /** Postgres has no remainder of floats, and its conversion to numeric is not exact. */
  'float.mod': strict({
    type: types.float,
    nulls: 'always',
    sql: null,
    js: (a: number, b: number) => (b === 0 ? null : a % b),
  }),
  'float.neg': strict({ type: types.float, sql: (a) => sql`(- ${a})`, js: (a: number) => -a }),
  'float.abs': strict({ type: types.float, sql: (a) => sql`abs(${a})`, js: (a: number) => Math.abs(a) }),
  'float.round': strict({
    type: types.float,
    sql: (a) => sql`cellar.float_round(${a})`,
    js: (a: number) => roundFloat(a),
  }),
  /** The second operand is 10 to the number of digits. */
  'float.round-digits': strict({
    type: types.float,
    sql: (a, scale) => sql`cellar.float_round_digits(${a}, ${scale})`,
    js: roundDigits,
  }),
  'float.round-tens': strict({
    type: types.float,
    sql: (a, scale) => sql`cellar.float_round_tens(${a}, ${scale})`,
    js: roundTens,
  }),
  'float.floor': strict({
    type: types.int,
    nulls: 'always',
    sql: (a) => sql`cellar.int_of(floor(${a}))`,
    js: (a: number) => safeInt(Math.floor(a)),
  }),
  'float.ceil': strict({
    type: types.int,
    nulls: 'always',
    sql: (a) => sql`cellar.int_of(ceil(${a}))`,
    js: (a: number) => safeInt(Math.ceil(a)),
  }),
  /** Towards zero. */
  'float.to-int': strict({
    type: types.int,
    nulls: 'always',
    sql: (a) => sql`cellar.int_of(trunc(${a}))`,
    js: (a: number) => safeInt(Math.trunc(a)),
  }),
  'float.sqrt': strict({
    type: types.float,
    nulls: 'always',
    sql: (a) => sql`cellar.float_sqrt(${a})`,
    js: (a: number) => (a < 0 ? null : Math.sqrt(a)),
  }),
  /** Squares and cubes are products; the power function's last digit differs between engines. */
  'float.square': strict({ type: types.float, sql: (a) => sql`cellar.float_square(${a})`, js: (a: number) => a * a }),
  'float.cube': strict({ type: types.float, sql: (a) => sql`cellar.float_cube(${a})`, js: (a: number) => a * a * a }),
  /** 0 to a negative power has no answer, like division by zero. */
  'float.pow': strict({
    type: types.float,
    nulls: 'always',
    sql: null,
    js: (a: number, b: number) => (a === 0 && b < 0 ? null : a ** b),
  }),
  /** Number formatting is JavaScript's. */
  'float.to-text': strict({ type: types.string, sql: null, js: (a: number) => String(a) }),
} satisfies Record<string, Operation>
