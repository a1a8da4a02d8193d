import { describe, expect, test } from 'vitest'
import { arrayType } from '../types/array.ts'
import { types } from '../types/kinds.ts'
import { t } from '../types/t.ts'
import { vectorType } from '../types/vector.ts'
import { count } from './aggregate-functions.ts'
import { cast } from './cast.ts'
import { columnScope } from './column-scope.ts'
import { compileEvaluator } from './compile-evaluator.ts'
import { defineFunction } from './define-function.ts'
import { json, parseJson } from './json.ts'
import { makeTimestamp, parseDate } from './times.ts'
import { toNode } from './to-node.ts'

const shout = defineFunction({ name: 'functionsShout', args: { n: t.int() }, returns: t.int(), run: ({ n }) => n })

const column = <T>(type: T) => ({ type, nullable: true })
const COLUMNS = {
  at: column(types.timestamp),
  day: column(types.date),
  n: column(types.int),
  name: column(types.string),
  meta: column(types.json),
  photo: column(types.image),
  ints: column(arrayType(types.int, true)),
  texts: column(arrayType(types.string, false)),
  lists: column(arrayType(types.json, false)),
  point: column(vectorType(2)),
  solid: column(vectorType(3)),
}
// biome-ignore lint/suspicious/noExplicitAny: what the types would refuse is tried here
const c = columnScope(COLUMNS) as any
// biome-ignore lint/suspicious/noExplicitAny: as above
type Any = any

const REFUSED: Readonly<Record<string, () => unknown>> = {
  'a unit that dates do not have': () => c.day.add({ hours: 1 }),
  'a duration with an unknown unit': () => c.at.add({ day: 1 }),
  'a fraction of a day': () => c.at.add({ days: 1.5 }),
  'no duration': () => c.at.sub(5),
  'an unknown unit to truncate to': () => c.at.truncate('decade'),
  'a difference in an unknown unit': () => c.at.diff(new Date(), 'hour'),
  'an unknown part': () => c.at.replace({ week: 1 }),
  'a pattern that is no text': () => c.at.format(3),
  'an unknown time zone': () => c.at.inZone('Europe/Atlantis'),
  'an unknown unit of a time zone': () => c.at.inZone('UTC').truncate('decade'),
  'a zone pattern that is no text': () => c.at.inZone('UTC').format(1),
  'an unknown part of a new time': () => makeTimestamp({ year: 1, month: 1, day: 1, week: 1 } as never),
  'a number to parse': () => parseDate(c.n),
  'JSON to parse that is no text': () => parseJson(c.n),
  'no callback': () => c.meta.map(3),
  'a condition that is none': () => c.meta.filter((x: Any) => x.asInt()),
  'a call for an element': () => c.meta.map((x: Any) => shout({ n: x.asInt() })),
  'an aggregate for an element': () => c.meta.map(() => count()),
  'an order without one': () => c.meta.sort(() => c.point),
  'an unknown direction': () => c.meta.sort((x: Any) => x, 'up'),
  'an empty path to set': () => c.meta.set([], 1),
  'an empty path to remove': () => c.meta.remove(),
  'a name that is no text': () => c.meta.has(1),
  'arrays of different elements': () => c.ints.concat(c.texts),
  'an unknown direction of an array': () => c.ints.sort('up'),
  'a sum of texts': () => c.texts.sum(),
  'a mean of texts': () => c.texts.mean(),
  'joined numbers': () => c.ints.join(),
  'the greatest of JSON': () => c.lists.max(),
  'vectors of different sizes': () => c.point.add(c.solid),
  'a cast of media': () => cast(c.photo, t.string()),
  'a cast to a key': () => cast(c.n, t.string().primaryKey()),
}

test.each(Object.entries(REFUSED))('%s is refused', (_, make) => {
  expect(make).toThrow(expect.objectContaining({ code: 'INVALID_DECLARATION' }))
})

describe('values', () => {
  const evaluate = (expr: unknown, row: Readonly<Record<string, unknown>> = {}) =>
    compileEvaluator(toNode(expr))({ row })

  test('a call that does not depend on the element stands in a callback', () => {
    expect(() => c.meta.map(() => shout({ n: c.n }))).not.toThrow()
  })

  test('times far outside the calendar are null', () => {
    const at = new Date('2024-01-01T00:00:00Z')
    for (const years of [1e6, -1e6, 2 ** 52]) expect(evaluate(c.at.add({ years }), { at })).toBe(null)
    expect(evaluate(makeTimestamp({ year: 2 ** 50, month: 1, day: 1 }))).toBe(null)
    expect(evaluate(makeTimestamp({ year: -4713, month: 11, day: 23 }))).toBe(null)
  })

  test('a time that clocks skip starts when they go on', () => {
    // In Beirut clocks went from midnight to one o'clock.
    const at = new Date('2022-03-27T12:00:00Z')
    expect(evaluate(c.at.inZone('Asia/Beirut').truncate('day'), { at })).toEqual(new Date('2022-03-26T22:00:00Z'))
  })

  test('JSON that would nest too deep is null', () => {
    let meta: unknown = 1
    for (let depth = 0; depth < 1000; depth += 1) meta = [meta]
    expect(evaluate(json({ a: c.meta, n: c.n }), { meta, n: 1 })).toEqual({ a: null, n: 1 })
    expect(
      evaluate(
        c.meta.map((x: Any) => json([x])),
        { meta },
      ),
    ).toBe(null)
    expect(evaluate(parseJson('['.repeat(1001) + ']'.repeat(1001)))).toBe(null)
  })

  test('JSON that refers to itself is refused', () => {
    const loop: unknown[] = [c.n]
    loop.push(loop)
    expect(() => json(loop)).toThrow(expect.objectContaining({ code: 'INVALID_VALUE' }))
  })

  test('zones have parts until the last moment', () => {
    const at = new Date(8.64e15)
    expect(evaluate(c.at.inZone('Asia/Tokyo').year(), { at })).toBe(275_760)
    expect(evaluate(c.at.inZone('Asia/Tokyo').offset(), { at })).toBe(540)
    expect(evaluate(c.at.inZone('America/Lima').truncate('day'), { at })).toEqual(new Date('+275760-09-12T05:00:00Z'))
  })

  test('a member named __proto__ is one like others', () => {
    const meta = JSON.parse('{"__proto__":{"a":1},"b":2}')
    expect(evaluate(c.meta.merge({ c: 3 }).keys(), { meta })).toEqual(['b', 'c', '__proto__'])
    expect(evaluate(c.meta.set(['__proto__', 'a'], 2).at('__proto__', 'a').asInt(), { meta })).toBe(2)
    expect(evaluate(c.meta.remove('b').has('__proto__'), { meta })).toBe(true)
  })
})
