import { utcMilliseconds } from './calendar.ts'
import type { ColumnType } from './column-type.ts'
import { createColumnType } from './create-column-type.ts'
import { invalidValue, wrongType } from './invalid-value.ts'
import { parseIsoTime } from './iso-time.ts'
import { readPostgresTime, writePostgresTime } from './postgres-time.ts'

/** The first day that Postgres knows, 4714-11-24 BC; the last one of `Date` lies within Postgres' range. */
const EARLIEST = utcMilliseconds(-4713, 11, 24, 0)

export function timestampType(): ColumnType<Date> {
  return createColumnType({
    kind: 'timestamp',
    postgres: 'timestamptz(3)',
    cast: 'timestamptz',
    parse: (value) => (value instanceof Date ? assertMoment(value) : parseIso(value, true)),
    parseWire: (value) => parseIso(value, false),
    parseText: (text) => parseIso(text, true),
    encode: writePostgresTime,
    decode: readPostgresTime,
    toWire: (value) => value.toISOString(),
    toStoredJson: (value) => value.toISOString(),
    fromStoredJson: (json) => new Date(json as string),
    compare: (a, b) => a.getTime() - b.getTime(),
    jsonSchema: () => ({ type: 'string', format: 'date-time' }),
    toJson: () => ({ kind: 'timestamp' }),
    byteSize: () => 48,
  })
}

function parseIso(value: unknown, dayOnly: boolean): Date {
  if (typeof value !== 'string') throw wrongType('a time in ISO 8601', value)
  return assertMoment(new Date(parseIsoTime(value, dayOnly)))
}

function assertMoment(date: Date): Date {
  const time = date.getTime()
  if (Number.isNaN(time)) throw invalidValue('is an invalid Date')
  if (time < EARLIEST) throw invalidValue('lies before 4714-11-24 BC, where the calendar of Postgres starts')
  return date
}
