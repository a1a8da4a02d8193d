import { isDay, utcMilliseconds } from '../../types/calendar.ts'
import { isInvalidValue } from '../../types/invalid-value.ts'
import { types } from '../../types/kinds.ts'
import { type Operation, strict } from './operation.ts'
import { dayOf, moment } from './time-functions.ts'

const PARTS = ['year', 'month', 'day', 'hour', 'minute', 'second', 'millisecond'] as const
type Part = (typeof PARTS)[number]
type Parts = Readonly<Record<Part, number>>

/** Null where there is no such day or time. */
export const TIME_MAKING = {
  /** Operands: year, month and day, then what is known of hour, minute, second and millisecond. */
  'timestamp.make': strict({
    type: types.timestamp,
    nulls: 'always',
    sql: null,
    js: (year: number, month: number, day: number, hour = 0, minute = 0, second = 0, millisecond = 0) =>
      make({ year, month, day, hour, minute, second, millisecond }),
  }),
  /** Operands: the moment, the names of the parts with commas between them, their values. */
  'timestamp.replace': strict({
    type: types.timestamp,
    nulls: 'always',
    sql: null,
    js: (a: Date, names: string, ...values: readonly number[]) =>
      make({ ...partsOf(a), ...Object.fromEntries(names.split(',').map((name, index) => [name, values[index]])) }),
  }),
  'timestamp.parse': strict({
    type: types.timestamp,
    nulls: 'always',
    sql: null,
    js: (a: string) => parsed(() => types.timestamp.parseText(a)),
  }),
  'date.make': strict({
    type: types.date,
    nulls: 'always',
    sql: null,
    js: (year: number, month: number, day: number) => {
      const date = make({ year, month, day, hour: 0, minute: 0, second: 0, millisecond: 0 })
      return date && dayOf(date)
    },
  }),
  'date.parse': strict({
    type: types.date,
    nulls: 'always',
    sql: null,
    js: (a: string) => parsed(() => types.date.parseText(a)),
  }),
} satisfies Record<string, Operation>

function make({ year, month, day, hour, minute, second, millisecond }: Parts): Date | null {
  if (!isDay(year, month, day)) return null
  if (!within(hour, 24) || !within(minute, 60) || !within(second, 60) || !within(millisecond, 1000)) return null
  // What lies far outside the calendar is not a number.
  return moment(utcMilliseconds(year, month, day, ((hour * 60 + minute) * 60 + second) * 1000 + millisecond))
}

const within = (value: number, end: number) => value >= 0 && value < end

function partsOf(date: Date): Parts {
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    millisecond: date.getUTCMilliseconds(),
  }
}

function parsed<V>(read: () => V): V | null {
  try {
    return read()
  } catch (error) {
    if (isInvalidValue(error)) return null
    throw error
  }
}
