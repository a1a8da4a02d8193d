const LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** True for a day of the proleptic Gregorian calendar; months count from 1. */
export function isDay(year: number, month: number, day: number): boolean {
  return day >= 1 && day <= monthLength(year, month)
}

/** How many days the month has; 0 where there is no such month. */
export function monthLength(year: number, month: number): number {
  return month === 2 && isLeapYear(year) ? 29 : (LENGTHS[month - 1] ?? 0)
}

function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
}

/** Milliseconds since 1970; `Date.UTC` takes the years 0 to 99 for the 20th century. */
export function utcMilliseconds(year: number, month: number, day: number, timeOfDay: number): number {
  if (year < 0 || year > 99) return Date.UTC(year, month - 1, day) + timeOfDay
  // The calendar repeats every 400 years, which are 146,097 days.
  return Date.UTC(year + 400, month - 1, day) - 146_097 * 86_400_000 + timeOfDay
}
