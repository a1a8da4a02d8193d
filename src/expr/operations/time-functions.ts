import { monthLength, utcMilliseconds } from '../../types/calendar.ts'

const DAY = 86_400_000
/** The first day that Postgres knows, a Monday, and the last moment of `Date`. */
const EARLIEST = utcMilliseconds(-4713, 11, 24, 0)
const LATEST = 8.64e15

/** Milliseconds in the units that always have the same length. */
export const UNITS: Readonly<Record<string, number>> = Object.freeze({
  millisecond: 1,
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: DAY,
  week: 7 * DAY,
})

/** Months in the units that are made of them. */
export const MONTHS: Readonly<Record<string, number>> = Object.freeze({ month: 1, quarter: 3, year: 12 })

/** The moment, or null where it lies outside the calendar. */
export function moment(time: number): Date | null {
  return time >= EARLIEST && time <= LATEST ? new Date(time) : null
}

/** ISO 8601: Monday is 1, Sunday 7. */
export function dayOfWeek(date: Date): number {
  return date.getUTCDay() || 7
}

export function dayOfYear(date: Date): number {
  return Math.floor((date.getTime() - utcMilliseconds(date.getUTCFullYear(), 1, 1, 0)) / DAY) + 1
}

/** The week of ISO 8601 and the year it belongs to: that of its Thursday. */
export function isoWeek(date: Date): { readonly week: number; readonly year: number } {
  const thursday = new Date(date.getTime() + (4 - dayOfWeek(date)) * DAY)
  return { week: Math.ceil(dayOfYear(thursday) / 7), year: thursday.getUTCFullYear() }
}

export function quarter(date: Date): number {
  return Math.floor(date.getUTCMonth() / 3) + 1
}

/** The start of the unit, also before the calendar starts. Weeks start on Monday. */
export function startOf(unit: string, time: number): number {
  const date = new Date(time)
  const size = MONTHS[unit]
  if (size !== undefined) {
    const month = date.getUTCMonth()
    return utcMilliseconds(date.getUTCFullYear(), month - (month % size) + 1, 1, 0)
  }
  if (unit === 'week') return startOf('day', time) - (dayOfWeek(date) - 1) * DAY
  const length = UNITS[unit] as number
  return Math.floor(time / length) * length
}

/** The start of the unit; the start of the calendar where that is later. */
export function truncate(date: Date, unit: string): Date {
  return new Date(Math.max(startOf(unit, date.getTime()), EARLIEST))
}

export function addMilliseconds(date: Date, count: number): Date | null {
  return moment(date.getTime() + count)
}

/** The same day so many months later, or the last one where that month is shorter. Null beyond December 4714 BC. */
export function addMonths(date: Date, count: number): Date | null {
  const index = date.getUTCFullYear() * 12 + date.getUTCMonth() + count
  if (index < -4713 * 12 + 11 || index > 275_760 * 12 + 8) return null
  const [year, month] = [Math.floor(index / 12), ((index % 12) + 12) % 12]
  const day = Math.min(date.getUTCDate(), monthLength(year, month + 1))
  return moment(utcMilliseconds(year, month + 1, day, timeOfDay(date)))
}

/** Whole months from one moment to the other; negative where it is earlier. */
export function monthsBetween(from: Date, to: Date): number {
  const months = (to.getUTCFullYear() - from.getUTCFullYear()) * 12 + to.getUTCMonth() - from.getUTCMonth()
  const reached = addMonths(from, months)?.getTime() ?? from.getTime()
  if (months > 0 && reached > to.getTime()) return months - 1
  return months < 0 && reached < to.getTime() ? months + 1 : months
}

function timeOfDay(date: Date): number {
  const time = date.getTime()
  return time - Math.floor(time / DAY) * DAY
}

/** The day in UTC; null outside the years 1 to 9999. */
export function dayOf(date: Date): string | null {
  const year = date.getUTCFullYear()
  return year >= 1 && year <= 9999 ? date.toISOString().slice(0, 10) : null
}
