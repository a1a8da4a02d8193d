import { fromEpoch } from '../times.ts'
import type { Loose, Makers, MakersByKind } from './make.ts'

const PARTS = ['quarter', 'week', 'isoYear', 'dayOfWeek', 'dayOfYear']
const UNITS = ['millisecond', 'second', 'minute', 'hour', 'day', 'week', 'month', 'quarter', 'year']
const DATE_UNITS = UNITS.slice(4)
const COUNTS = [0, 1, -1, 11, -13, 31, 366, -5000, 100_000, 10 ** 9, 2 ** 53 - 1]

/** Timestamps and dates, and what is made of them. */
export function timeExpressions({ expression, method, operand, pick }: Makers): MakersByKind {
  return {
    int: [
      method('timestamp', [...PARTS, 'minute', 'second', 'millisecond', 'epoch']),
      method('date', PARTS),
      (draw, depth) => expression(draw, 'timestamp', depth).diff(operand(draw, 'timestamp', depth), 'milliseconds'),
    ],
    timestamp: [
      (draw, depth) => expression(draw, 'timestamp', depth).truncate(pick(draw, UNITS)),
      (draw, depth) => {
        const duration = { [`${pick(draw, UNITS)}s`]: pick(draw, COUNTS) }
        return expression(draw, 'timestamp', depth)[pick(draw, ['add', 'sub'])](duration)
      },
      (draw, depth) => {
        const duration = { [`${pick(draw, UNITS)}s`]: operand(draw, 'int', depth) }
        return expression(draw, 'timestamp', depth).add(duration)
      },
      method('date', ['toTimestamp']),
      (draw, depth) => fromEpoch(expression(draw, 'int', depth) as never) as unknown as Loose,
    ],
    date: [
      method('timestamp', ['toDate']),
      (draw, depth) => expression(draw, 'date', depth).truncate(pick(draw, DATE_UNITS)),
      (draw, depth) => {
        const duration = { [`${pick(draw, DATE_UNITS)}s`]: pick(draw, COUNTS), days: pick(draw, COUNTS) }
        return expression(draw, 'date', depth).add(duration)
      },
    ],
  }
}
