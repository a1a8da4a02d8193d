import { invalidValue } from './invalid-value.ts'
import type { NumberOptions } from './options.ts'

/** Gives the number back. NaN is in no range. @throws INVALID_VALUE */
export function assertRange(value: number, { min, max }: NumberOptions): number {
  if (min !== undefined && !(value >= min)) throw invalidValue(`is less than ${min}`)
  if (max !== undefined && !(value <= max)) throw invalidValue(`is greater than ${max}`)
  return value
}
