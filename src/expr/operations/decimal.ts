import { types } from '../../types/kinds.ts'
import { sql } from '../../util/sql.ts'
import { type Operation, strict } from './operation.ts'

/** A decimal as `digits / 10 ** scale`. */
interface Scaled {
  readonly digits: bigint
  readonly scale: number
}

function parse(text: string): Scaled {
  const point = text.indexOf('.')
  if (point === -1) return { digits: BigInt(text), scale: 0 }
  return { digits: BigInt(text.slice(0, point) + text.slice(point + 1)), scale: text.length - point - 1 }
}

/** Written as Postgres writes a numeric: all digits of the scale, no exponent, no negative zero. */
function format(digits: bigint, scale: number): string {
  const sign = digits < 0n ? '-' : ''
  const text = String(digits < 0n ? -digits : digits)
  if (scale === 0) return sign + text
  const padded = text.padStart(scale + 1, '0')
  return `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`
}

function product(a: string, b: string): string {
  const answer = special(a, b, (x, y) => x * y)
  if (answer !== undefined) return answer
  const [x, y] = [parse(a), parse(b)]
  return format(x.digits * y.digits, x.scale + y.scale)
}

function rescale({ digits, scale }: Scaled, to: number): bigint {
  return scale === to ? digits : digits * 10n ** BigInt(to - scale)
}

/** NaN and infinities, which only other programs can have stored; a finite operand counts by its sign. */
function special(a: string, b: string, apply: (x: number, y: number) => number): string | undefined {
  return isNumber(a) && isNumber(b) ? undefined : String(apply(rough(a), rough(b)))
}

function isNumber(text: string): boolean {
  return !/[a-z]/i.test(text)
}

function rough(text: string): number {
  if (!isNumber(text)) return Number(text)
  return /[1-9]/.test(text) ? (text.startsWith('-') ? -1 : 1) : 0
}

function sum(a: string, b: string, sign: 1n | -1n): string {
  const answer = special(a, b, (x, y) => x + Number(sign) * y)
  if (answer !== undefined) return answer
  const [x, y] = [parse(a), parse(b)]
  const scale = Math.max(x.scale, y.scale)
  return format(rescale(x, scale) + sign * rescale(y, scale), scale)
}

/** The scales of results are those of Postgres: the greater one of a sum, both together of a product. */
export const DECIMAL_OPERATIONS = {
  'decimal.add': strict({
    type: types.decimal,
    sql: (a, b) => sql`(${a} + ${b})`,
    js: (a: string, b: string) => sum(a, b, 1n),
  }),
  'decimal.sub': strict({
    type: types.decimal,
    sql: (a, b) => sql`(${a} - ${b})`,
    js: (a: string, b: string) => sum(a, b, -1n),
  }),
  'decimal.mul': strict({
    type: types.decimal,
    sql: (a, b) => sql`(${a} * ${b})`,
    js: product,
  }),
  'decimal.neg': strict({ type: types.decimal, sql: (a) => sql`(- ${a})`, js: (a: string) => sum('0', a, -1n) }),
  'decimal.abs': strict({
    type: types.decimal,
    sql: (a) => sql`abs(${a})`,
    js: (a: string) => (a.startsWith('-') ? a.slice(1) : a),
  }),
  'decimal.to-text': strict({
    type: types.string,
    sql: (a) => sql`(${a}::text collate "C")`,
    js: (a: string) => a,
  }),
} satisfies Record<string, Operation>
