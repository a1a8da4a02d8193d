import { isDay, utcMilliseconds } from './calendar.ts'
import { invalidValue } from './invalid-value.ts'

const FORM = /^([+-]\d{6}|\d{4})-(\d{2})-(\d{2})(?:[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?(.*))?$/
const OFFSET = /^(?:([Zz])|([+-])(\d{2}):?(\d{2})?)$/
const MINUTE = 60_000

/**
 * Milliseconds of a time in ISO 8601. What is finer than a millisecond is cut off.
 *
 * @param dayOnly whether a date without a time stands for its first moment in UTC
 * @throws INVALID_VALUE for anything else, times without an offset included: what they mean depends on the machine
 */
export function parseIsoTime(text: string, dayOnly: boolean): number {
  const match = FORM.exec(text)
  if (!match) throw invalidValue('is not a time in ISO 8601, as in 2024-05-01T12:00:00Z')
  const [, year = '', month = '', day = '', hour, minute, second = '0', fraction = '', offset] = match
  if (!isDay(Number(year), Number(month), Number(day))) throw invalidValue('is no day of the calendar')
  if (hour === undefined && !dayOnly) throw invalidValue('has no time of day')
  const time = hour === undefined ? 0 : timeOfDay(Number(hour), Number(minute), Number(second))
  const milliseconds = Number(fraction.slice(0, 3).padEnd(3, '0'))
  const shift = hour === undefined ? 0 : offsetMinutes(offset ?? '') * MINUTE
  return utcMilliseconds(Number(year), Number(month), Number(day), time + milliseconds - shift)
}

function timeOfDay(hour: number, minute: number, second: number): number {
  if (hour > 23 || minute > 59 || second > 59) throw invalidValue('has a time that does not exist')
  return hour * 60 * MINUTE + minute * MINUTE + second * 1000
}

function offsetMinutes(text: string): number {
  const match = OFFSET.exec(text)
  if (!match) throw invalidValue('needs an offset from UTC: Z, or as in +02:00')
  const [, zulu, sign, hours = '0', minutes = '0'] = match
  if (zulu) return 0
  if (Number(hours) > 23 || Number(minutes) > 59) throw invalidValue('has an offset from UTC that does not exist')
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes))
}
