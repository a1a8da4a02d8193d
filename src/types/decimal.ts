import type { JsonObject } from '../util/json.ts'
import { givenOptions, invalidType } from './check-options.ts'
import type { ColumnType } from './column-type.ts'
import { createColumnType } from './create-column-type.ts'
import { compareDecimal, type DecimalParts, decimalParts, formatDecimal, formatNumber } from './decimal-text.ts'
import { invalidValue, wrongType } from './invalid-value.ts'

const CANONICAL = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/
const NEGATIVE_ZERO = /^-0(?:\.0+)?$/
/** Digits before and after the point that Postgres' numeric holds. */
const MAX_WHOLE = 131_072
const MAX_FRACTION = 16_383
const MAX_PRECISION = 1000

interface Limits {
  readonly precision?: number
  readonly scale?: number
}

/**
 * Exact numbers, written as Postgres writes them: no exponent, no leading zeros, the zeros of the fraction kept; with
 * a scale exactly that many digits of fraction.
 */
export function decimalType(precision?: number, scale?: number): ColumnType<string> {
  const limits = checkLimits(precision, scale)
  const parse = (value: unknown) => parseDecimal(typeof value === 'number' ? numberText(value) : value, limits)
  const parseText = (value: unknown) => parseDecimal(value, limits)
  return createColumnType({
    kind: 'decimal',
    postgres: limits.precision === undefined ? 'numeric' : `numeric(${limits.precision},${limits.scale})`,
    cast: 'numeric',
    parse,
    parseWire: parseText,
    parseText,
    encode: (value) => value,
    decode: (text) => text,
    toWire: (value) => value,
    toStoredJson: (value) => value,
    fromStoredJson: (json) => json as string,
    compare: compareDecimal,
    jsonSchema: () => ({ type: 'string', format: 'decimal', pattern: '^[+-]?(\\d+\\.?\\d*|\\.\\d+)$' }),
    toJson: () => ({ kind: 'decimal', ...limits }),
    byteSize: (value) => 2 * value.length,
  })
}

export function decimalFromJson(json: JsonObject): ColumnType<string> {
  const { precision, scale } = json as Limits
  return decimalType(precision, scale)
}

function checkLimits(precision: number | undefined, scale: number | undefined): Limits {
  if (precision === undefined) {
    if (scale !== undefined) throw invalidType('decimal', 'a scale needs a precision')
    return Object.freeze({})
  }
  if (!Number.isInteger(precision) || precision < 1 || precision > MAX_PRECISION)
    throw invalidType('decimal', `precision is a whole number from 1 to ${MAX_PRECISION}`)
  if (scale !== undefined && (!Number.isInteger(scale) || scale < 0 || scale > precision))
    throw invalidType('decimal', 'scale is a whole number from 0 to the precision')
  return Object.freeze(givenOptions({ precision, scale: scale ?? 0 }))
}

function numberText(value: number): string {
  if (!Number.isFinite(value)) throw wrongType('a decimal number', value)
  return formatNumber(value)
}

function parseDecimal(value: unknown, limits: Limits): string {
  if (typeof value !== 'string') throw wrongType('a decimal number as text', value)
  if (
    limits.precision === undefined &&
    value.length < MAX_FRACTION &&
    CANONICAL.test(value) &&
    !NEGATIVE_ZERO.test(value)
  )
    return value
  const parts = decimalParts(value)
  if (!parts) throw invalidValue('is not a decimal number, as in 12.50')
  return formatDecimal(fitDigits(parts, limits))
}

/** Postgres would round what exceeds the scale; a value that changes silently is refused instead. */
function fitDigits(parts: DecimalParts, { precision, scale }: Limits): DecimalParts {
  const { negative, whole, fraction } = parts
  if (precision === undefined || scale === undefined) {
    if (whole.length > MAX_WHOLE || fraction.length > MAX_FRACTION) throw invalidValue('has too many digits')
    return parts
  }
  if (/[1-9]/.test(fraction.slice(scale))) throw invalidValue(`has more than ${scale} digits after the point`)
  const digits = whole === '0' ? 0 : whole.length
  if (digits > precision - scale) throw invalidValue(`has more than ${precision - scale} digits before the point`)
  return { negative, whole, fraction: fraction.slice(0, scale).padEnd(scale, '0') }
}
