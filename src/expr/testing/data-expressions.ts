import type { Makers, MakersByKind } from './make.ts'
import { KEYS } from './values.ts'

/** JSON, arrays and UUIDs, and what is made of them. */
export function dataExpressions({ expression, method, pick }: Makers): MakersByKind {
  return {
    json: [method('json', ['merge', 'concat'], 'json')],
    bool: [method('json', ['isEmpty']), (draw, depth) => expression(draw, 'json', depth).has(pick(draw, KEYS))],
    string: [method('uuid', ['hex'])],
    int: [method('uuid', ['version'])],
    strings: [method('strings', ['concat'], 'strings')],
    ints: [method('ints', ['concat'], 'ints')],
    floats: [method('floats', ['concat'], 'floats')],
    lists: [method('lists', ['concat'], 'lists')],
  }
}
