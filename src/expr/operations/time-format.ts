import { dayOfWeek } from './time-functions.ts'

const MONTH_NAMES = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]
const DAY_NAMES = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']
const FORM = /\[([^\]]*)\]|YYYY|MMMM|dddd|MMM|ddd|SSS|MM|DD|HH|hh|mm|ss|A/g

const two = (value: number) => String(value).padStart(2, '0')

const TOKENS: Readonly<Record<string, (date: Date) => string>> = {
  YYYY: (date) => isoYear(date.getUTCFullYear()),
  MMMM: (date) => MONTH_NAMES[date.getUTCMonth()] as string,
  MMM: (date) => (MONTH_NAMES[date.getUTCMonth()] as string).slice(0, 3),
  MM: (date) => two(date.getUTCMonth() + 1),
  DD: (date) => two(date.getUTCDate()),
  dddd: (date) => DAY_NAMES[dayOfWeek(date) - 1] as string,
  ddd: (date) => (DAY_NAMES[dayOfWeek(date) - 1] as string).slice(0, 3),
  HH: (date) => two(date.getUTCHours()),
  hh: (date) => two(date.getUTCHours() % 12 || 12),
  mm: (date) => two(date.getUTCMinutes()),
  ss: (date) => two(date.getUTCSeconds()),
  SSS: (date) => String(date.getUTCMilliseconds()).padStart(3, '0'),
  A: (date) => (date.getUTCHours() < 12 ? 'AM' : 'PM'),
}

/** The tokens of the pattern replaced; what stands in brackets is kept as it is. */
export function formatTime(date: Date, pattern: string): string {
  return pattern.replace(
    FORM,
    (token: string, literal: string | undefined) => literal ?? TOKENS[token]?.(date) ?? token,
  )
}

/** Four digits, or a sign and six, as in ISO 8601. */
function isoYear(year: number): string {
  if (year >= 0 && year <= 9999) return String(year).padStart(4, '0')
  return `${year < 0 ? '-' : '+'}${String(Math.abs(year)).padStart(6, '0')}`
}
