import { compareFloat } from './float.ts'

/** `whole` has no leading zeros but is never empty. */
export interface DecimalParts {
  readonly negative: boolean
  readonly whole: string
  readonly fraction: string
}

const FORM = /^([+-]?)(\d*)(?:\.(\d*))?$/
const EXPONENT = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/

/** Undefined for text that is no decimal number; exponents and NaN are none. */
export function decimalParts(text: string): DecimalParts | undefined {
  const [, sign, digits = '', fraction = ''] = FORM.exec(text) ?? []
  if (sign === undefined || digits + fraction === '') return undefined
  return { negative: sign === '-', whole: digits.replace(/^0+(?=.)/, '') || '0', fraction }
}

/** As Postgres writes a numeric; zero has no sign. */
export function formatDecimal({ negative, whole, fraction }: DecimalParts): string {
  const text = fraction === '' ? whole : `${whole}.${fraction}`
  return negative && /[1-9]/.test(text) ? `-${text}` : text
}

/** The shortest digits of a finite double, without an exponent. */
export function formatNumber(value: number): string {
  const text = String(value)
  const match = EXPONENT.exec(text)
  if (!match) return text
  const [, sign = '', first = '', rest = '', power] = match
  const digits = first + rest
  const point = 1 + Number(power)
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`
  return sign + digits.padEnd(point, '0')
}

/** The order of the numbers; equal ones can be written differently (1.5 and 1.50). */
export function compareDecimal(a: string, b: string): number {
  if (a === b) return 0
  const [x, y] = [decimalParts(a), decimalParts(b)]
  // Other programs may have stored NaN or an infinity.
  if (!x || !y) return compareFloat(Number(a), Number(b))
  const order = compareMagnitude(x, y)
  const [xSign, ySign] = [signOf(x), signOf(y)]
  return xSign === ySign ? order * xSign : xSign - ySign
}

function signOf({ negative, whole, fraction }: DecimalParts): number {
  return /[1-9]/.test(whole + fraction) ? (negative ? -1 : 1) : 0
}

function compareMagnitude(a: DecimalParts, b: DecimalParts): number {
  if (a.whole.length !== b.whole.length) return a.whole.length - b.whole.length
  if (a.whole !== b.whole) return a.whole < b.whole ? -1 : 1
  const length = Math.max(a.fraction.length, b.fraction.length)
  const [x, y] = [a.fraction.padEnd(length, '0'), b.fraction.padEnd(length, '0')]
  return x === y ? 0 : x < y ? -1 : 1
}
