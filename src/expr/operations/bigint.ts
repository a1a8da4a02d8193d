import { types } from '../../types/kinds.ts'
import { sql } from '../../util/sql.ts'
import { type Operation, strict } from './operation.ts'

/** The result where an int8 holds it; outside there is no answer. */
function int8(value: bigint): bigint | null {
  return BigInt.asIntN(64, value) === value ? value : null
}

export const BIGINT_OPERATIONS = {
  'bigint.add': strict({
    type: types.bigint,
    nulls: 'always',
    sql: (a, b) => sql`cellar.bigint_of(${a}::numeric + ${b})`,
    js: (a: bigint, b: bigint) => int8(a + b),
  }),
  'bigint.sub': strict({
    type: types.bigint,
    nulls: 'always',
    sql: (a, b) => sql`cellar.bigint_of(${a}::numeric - ${b})`,
    js: (a: bigint, b: bigint) => int8(a - b),
  }),
  'bigint.mul': strict({
    type: types.bigint,
    nulls: 'always',
    sql: (a, b) => sql`cellar.bigint_of(${a}::numeric * ${b})`,
    js: (a: bigint, b: bigint) => int8(a * b),
  }),
  /** The sign is the dividend's. */
  'bigint.mod': strict({
    type: types.bigint,
    nulls: 'always',
    sql: (a, b) => sql`cellar.bigint_of(${a}::numeric % nullif(${b}, 0))`,
    js: (a: bigint, b: bigint) => (b === 0n ? null : a % b),
  }),
  'bigint.neg': strict({
    type: types.bigint,
    nulls: 'always',
    sql: (a) => sql`cellar.bigint_of(- ${a}::numeric)`,
    js: (a: bigint) => int8(-a),
  }),
  'bigint.abs': strict({
    type: types.bigint,
    nulls: 'always',
    sql: (a) => sql`cellar.bigint_of(abs(${a}::numeric))`,
    js: (a: bigint) => int8(a < 0n ? -a : a),
  }),
  'bigint.to-text': strict({
    type: types.string,
    sql: (a) => sql`(${a}::text collate "C")`,
    js: (a: bigint) => String(a),
  }),
} satisfies Record<string, Operation>
