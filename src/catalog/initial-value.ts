import { quoteLiteral } from '../database/identifier.ts'
import type { ColumnSpec } from '../types/column-spec.ts'

/** Time-ordered like the ones made in JavaScript, so that a filled column is as good as a written one. */
const UUID7 = `encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
  placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::int8) from 3) from 1 for 6),
  52, 1), 53, 1), 'hex')::uuid`

const GENERATORS = { uuid7: UUID7, uuid4: 'gen_random_uuid()', now: 'now()' }

/** The SQL of what a new column has in rows that are already there; undefined where that is null, or unknown. */
export function initialValueSql(column: ColumnSpec): string | undefined {
  const { default: initial, type } = column
  if (initial === undefined || initial.kind === 'expression') return undefined
  if (initial.kind === 'generator') return GENERATORS[initial.name]
  if (initial.value === null) return undefined
  return `${quoteLiteral(textOf(type.encode(initial.value)))}::${type.cast}`
}

/** Encoded values as Postgres reads them from text. */
function textOf(encoded: unknown): string {
  if (encoded instanceof Uint8Array) return `\\x${Buffer.from(encoded).toString('hex')}`
  return String(encoded)
}
