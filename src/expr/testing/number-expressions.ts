import { greatest, least } from '../extremes.ts'
import type { Make, Makers, MakersByKind } from './make.ts'
import type { SampleKind } from './values.ts'

/** The methods of numbers that have SQL, and the extremes of values of any order. */
export function numberExpressions({ pick, expression, method }: Makers): MakersByKind {
  const extreme =
    (kind: SampleKind): Make =>
    (draw, depth) => {
      const values = [1, 2, 3].slice(pick(draw, [0, 1])).map(() => expression(draw, kind, depth))
      return pick(draw, [least, greatest])(...(values as never as [never, never])) as never
    }
  return {
    int: [
      method('int', ['sign']),
      method('int', ['floorDiv', 'bitAnd', 'bitOr', 'bitXor'], 'int'),
      method('int', ['clamp'], 'int', 'int'),
      extreme('int'),
    ],
    float: [
      method('float', ['sign']),
      method('float', ['floorDiv'], 'float'),
      method('int', ['clamp'], 'float', 'int'),
      extreme('float'),
    ],
    string: [extreme('string')],
    bigint: [extreme('bigint')],
    decimal: [extreme('decimal')],
    bool: [extreme('bool')],
    timestamp: [extreme('timestamp')],
    date: [extreme('date')],
  }
}
