import { utcMilliseconds } from './calendar.ts'

const FORM = /^(\d{4,})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:([+-])(\d\d)(?::(\d\d))?(?::(\d\d))?)?( BC)?$/
/** The last moment of `Date`, and the first one. */
const FOREVER = 8.64e15

/** Postgres reads ISO 8601 for the years 1 to 9999; the others it writes without sign, or with BC. */
export function writePostgresTime(date: Date): string {
  const iso = date.toISOString()
  const year = date.getUTCFullYear()
  if (year >= 1 && year <= 9999) return iso
  const rest = iso.slice(iso.indexOf('-', 1))
  return year > 0 ? `${year}${rest}` : `${String(1 - year).padStart(4, '0')}${rest} BC`
}

/** Reads `2024-05-01 12:00:00.123+00`. Postgres' infinities, which other programs may have written, become the ends of `Date`. */
export function readPostgresTime(text: string): Date {
  return readUsual(text) ?? readAny(text)
}

const digit = (text: string, at: number) => text.charCodeAt(at) - 48
const pair = (text: string, at: number) => 10 * digit(text, at) + digit(text, at + 1)

/** Years of four digits in UTC, without a regular expression: this runs for every cell. */
function readUsual(text: string): Date | undefined {
  const { length } = text
  if (length < 22 || text.charCodeAt(4) !== 45 || !text.endsWith('+00')) return undefined
  let fraction = 0
  if (length > 22) {
    if (length > 26) return undefined
    for (let at = 20, unit = 100; at < length - 3; at += 1, unit /= 10) fraction += digit(text, at) * unit
  }
  const year = 100 * pair(text, 0) + pair(text, 2)
  const time = ((pair(text, 11) * 60 + pair(text, 14)) * 60 + pair(text, 17)) * 1000 + fraction
  if (year < 100) return new Date(utcMilliseconds(year, pair(text, 5), pair(text, 8), time))
  return new Date(Date.UTC(year, pair(text, 5) - 1, pair(text, 8)) + time)
}

function readAny(text: string): Date {
  const match = FORM.exec(text)
  if (!match) return new Date(text === 'infinity' ? FOREVER : text === '-infinity' ? -FOREVER : Number.NaN)
  const [, year, month, day, hour, minute, second, fraction = '', sign, hours, minutes, seconds, before] = match
  const milliseconds = Number(fraction.slice(0, 3).padEnd(3, '0'))
  const time = ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1000 + milliseconds
  const shift = ((Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60 + Number(seconds ?? 0)) * 1000
  const astronomical = before ? 1 - Number(year) : Number(year)
  return new Date(utcMilliseconds(astronomical, Number(month), Number(day), time - (sign === '-' ? -shift : shift)))
}
