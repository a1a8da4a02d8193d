import type { Make, Makers, MakersByKind } from './make.ts'
import { KEYS, type SampleKind } from './values.ts'

/** JSON, arrays and UUIDs, and what is made of them. */
export function dataExpressions({ expression, method, pick }: Makers): MakersByKind {
  /** Given values can hold nulls, which arrays that expressions make do not take. */
  const joined =
    (kind: SampleKind): Make =>
    (draw, depth) =>
      expression(draw, kind, depth).concat(expression(draw, kind, depth))
  return {
    json: [method('json', ['merge', 'concat'], 'json')],
    bool: [method('json', ['isEmpty']), (draw, depth) => expression(draw, 'json', depth).has(pick(draw, KEYS))],
    string: [method('uuid', ['hex'])],
    int: [method('uuid', ['version'])],
    strings: [joined('strings')],
    ints: [joined('ints')],
    floats: [joined('floats')],
    lists: [joined('lists')],
  }
}
