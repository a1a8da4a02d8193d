import { isDay } from './calendar.ts'
import type { ColumnType } from './column-type.ts'
import { createColumnType } from './create-column-type.ts'
import { invalidValue, wrongType } from './invalid-value.ts'

const FORM = /^(\d{4})-(\d{2})-(\d{2})$/
const LENGTH = 'YYYY-MM-DD'.length

/** Days of the years 1 to 9999 as `YYYY-MM-DD`, so that their order is the order of the text. */
export function dateType(): ColumnType<string> {
  return createColumnType({
    kind: 'date',
    postgres: 'date',
    parse: (value) => (value instanceof Date ? dayOf(value) : parseDay(value)),
    parseWire: parseDay,
    parseText: parseDay,
    encode: (value) => value,
    decode: (text) => text,
    toWire: (value) => value,
    toStoredJson: (value) => value,
    fromStoredJson: (json) => json as string,
    compare: (a, b) => (a < b ? -1 : a > b ? 1 : 0),
    jsonSchema: () => ({ type: 'string', format: 'date' }),
    toJson: () => ({ kind: 'date' }),
    byteSize: () => 2 * LENGTH,
  })
}

function parseDay(value: unknown): string {
  if (typeof value !== 'string') throw wrongType('a date as YYYY-MM-DD', value)
  const match = FORM.exec(value)
  if (!match) throw invalidValue('is not of the form YYYY-MM-DD')
  const [, year, month, day] = match.map(Number) as [number, number, number, number]
  if (year === 0 || !isDay(year, month, day)) throw invalidValue('is no day of the calendar')
  return value
}

function dayOf(date: Date): string {
  if (Number.isNaN(date.getTime())) throw invalidValue('is an invalid Date')
  const year = date.getUTCFullYear()
  if (year < 1 || year > 9999) throw invalidValue('has a year that is not between 1 and 9999')
  return date.toISOString().slice(0, LENGTH)
}
