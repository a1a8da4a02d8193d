import { types } from '../../types/kinds.ts'
import { sql } from '../../util/sql.ts'
import { type Operation, strict } from './operation.ts'

/** The result where it is a safe integer; outside there is no answer. Also turns -0 into 0. */
export function safeInt(value: number): number | null {
  return Number.isSafeInteger(value) ? value + 0 : null
}

/** Operands are safe integers, so int8 sums of them cannot overflow; of products the rounded size tells. */
export const INT_OPERATIONS = {
  'int.add': strict({
    type: types.int,
    nulls: 'always',
    sql: (a, b) => sql`cellar.int_safe(${a} + ${b})`,
    js: (a: number, b: number) => safeInt(a + b),
  }),
  'int.sub': strict({
    type: types.int,
    nulls: 'always',
    sql: (a, b) => sql`cellar.int_safe(${a} - ${b})`,
    js: (a: number, b: number) => safeInt(a - b),
  }),
  'int.mul': strict({
    type: types.int,
    nulls: 'always',
    sql: (a, b) => sql`cellar.int_mul(${a}, ${b})`,
    js: (a: number, b: number) => safeInt(a * b),
  }),
  /** The sign is the dividend's. */
  'int.mod': strict({
    type: types.int,
    nulls: 'always',
    sql: (a, b) => sql`(${a} % nullif(${b}, 0))`,
    js: (a: number, b: number) => (b === 0 ? null : (a % b) + 0),
  }),
  'int.neg': strict({ type: types.int, sql: (a) => sql`(- ${a})`, js: (a: number) => -a + 0 }),
  'int.abs': strict({ type: types.int, sql: (a) => sql`abs(${a})`, js: (a: number) => Math.abs(a) }),
  'int.to-float': strict({ type: types.float, sql: (a) => sql`${a}::float8`, js: (a: number) => a }),
  'int.to-text': strict({
    type: types.string,
    sql: (a) => sql`(${a}::text collate "C")`,
    js: (a: number) => String(a),
  }),
} satisfies Record<string, Operation>
