import { fromEpoch } from '../times.ts'
import type { Loose, Make, Tools } from './tools.ts'

const PARTS = ['quarter', 'week', 'isoYear', 'dayOfWeek', 'dayOfYear']
const UNITS = ['millisecond', 'second', 'minute', 'hour', 'day', 'week', 'month', 'quarter', 'year']
const DATE_UNITS = UNITS.slice(4)
const COUNTS = [0, 1, -1, 11, -13, 31, 366, -5000, 100_000, 10 ** 9, 2 ** 53 - 1]

/** Ints made of timestamps and dates. */
export function intTimeMakers({ expression, operand, pick }: Tools): Make[] {
  return [
    (draw, depth) =>
      expression(draw, 'timestamp', depth)[pick(draw, [...PARTS, 'minute', 'second', 'millisecond', 'epoch'])](),
    (draw, depth) => expression(draw, 'date', depth)[pick(draw, PARTS)](),
    (draw, depth) => expression(draw, 'timestamp', depth).diff(operand(draw, 'timestamp', depth), 'milliseconds'),
  ]
}

export function timestampMakers({ expression, operand, pick }: Tools): Make[] {
  return [
    (draw, depth) => expression(draw, 'timestamp', depth).truncate(pick(draw, UNITS)),
    (draw, depth) =>
      expression(draw, 'timestamp', depth)[pick(draw, ['add', 'sub'])]({
        [`${pick(draw, UNITS)}s`]: pick(draw, COUNTS),
      }),
    (draw, depth) =>
      expression(draw, 'timestamp', depth).add({ [`${pick(draw, UNITS)}s`]: operand(draw, 'int', depth) }),
    (draw, depth) => expression(draw, 'date', depth).toTimestamp(),
    (draw, depth) => fromEpoch(expression(draw, 'int', depth) as never) as unknown as Loose,
  ]
}

export function dateMakers({ expression, pick }: Tools): Make[] {
  return [
    (draw, depth) => expression(draw, 'timestamp', depth).toDate(),
    (draw, depth) => expression(draw, 'date', depth).truncate(pick(draw, DATE_UNITS)),
    (draw, depth) =>
      expression(draw, 'date', depth).add({
        [`${pick(draw, DATE_UNITS)}s`]: pick(draw, COUNTS),
        days: pick(draw, COUNTS),
      }),
  ]
}
