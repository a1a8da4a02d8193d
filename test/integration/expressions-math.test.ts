import { type AnyExpr, type Cellar, defineFunction, defineTable, greatest, least, type NumExpr, open, t } from 'cellar'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestDatabase, testDatabase } from '../support/databases.ts'
import { coded } from '../support/problems.ts'

type Case<N> = readonly [value: number | null, expression: (x: N) => AnyExpr, result: number | null]

const MAX = Number.MAX_SAFE_INTEGER
const near = (value: number) => expect.closeTo(value, 12) as number

const FLOATS: readonly (readonly [name: string, ...Case<NumExpr<'float', null>>])[] = [
  ['exp', 1, (x) => x.exp(), near(Math.E)],
  ['exp', 1000, (x) => x.exp(), Number.POSITIVE_INFINITY],
  ['log', Math.E, (x) => x.log(), near(1)],
  ['log', 0, (x) => x.log(), null],
  ['log', -1, (x) => x.log(), null],
  ['log', Number.NaN, (x) => x.log(), Number.NaN],
  ['log2', 8, (x) => x.log2(), 3],
  ['log10', 1000, (x) => x.log10(), near(3)],
  ['sin', Math.PI / 2, (x) => x.sin(), near(1)],
  ['sin', Number.POSITIVE_INFINITY, (x) => x.sin(), null],
  ['cos', 0, (x) => x.cos(), 1],
  ['tan', 0, (x) => x.tan(), 0],
  ['asin', 1, (x) => x.asin(), near(Math.PI / 2)],
  ['asin', 2, (x) => x.asin(), null],
  ['acos', 1, (x) => x.acos(), 0],
  ['atan', Number.POSITIVE_INFINITY, (x) => x.atan(), near(Math.PI / 2)],
  ['sign', -0.5, (x) => x.sign(), -1],
  ['sign', Number.NaN, (x) => x.sign(), Number.NaN],
  ['clamp', 7.5, (x) => x.clamp(0, 5), 5],
  ['clamp', -1, (x) => x.clamp(0.5, 5), 0.5],
  ['clamp', null, (x) => x.clamp(0, 5), null],
  ['floorDiv', -7.5, (x) => x.floorDiv(2), -4],
  ['floorDiv', 1, (x) => x.floorDiv(0), null],
  ['least', 1.5, (x) => least(x, 2, 3), 1.5],
  ['greatest', 1.5, (x) => greatest(x, 2, 3), 3],
  ['greatest', Number.NaN, (x) => greatest(1, x), Number.NaN],
  ['least', null, (x) => least(1, x), null],
]
const INTS: readonly (readonly [name: string, ...Case<NumExpr<'int', null>>])[] = [
  ['exp', 0, (x) => x.exp(), 1],
  ['sign', -MAX, (x) => x.sign(), -1],
  ['clamp', 9, (x) => x.clamp(1, 3), 3],
  ['clamp', 9, (x) => x.clamp(1, 3.5), 3.5],
  ['floorDiv', 7, (x) => x.floorDiv(-2), -4],
  ['floorDiv', -6, (x) => x.floorDiv(2), -3],
  ['floorDiv', MAX, (x) => x.floorDiv(2), 4503599627370495],
  ['floorDiv', 7, (x) => x.floorDiv(0), null],
  ['bitAnd', 12, (x) => x.bitAnd(10), 8],
  ['bitAnd', -1, (x) => x.bitAnd(MAX), MAX],
  ['bitAnd', -MAX, (x) => x.bitAnd(-2), null],
  ['bitOr', 2 ** 40, (x) => x.bitOr(1), 2 ** 40 + 1],
  ['bitXor', 6, (x) => x.bitXor(3), 5],
  ['bitXor', 2 ** 40 + 1, (x) => x.bitXor(1), 2 ** 40],
  ['bitXor', null, (x) => x.bitXor(1), null],
  ['least', 3, (x) => least(x, x.add(1)), 3],
  ['greatest', 3, (x) => greatest(x, 3.5), 3.5],
]

const sameFloat = defineFunction({
  name: 'expressionsFloat',
  args: { x: t.float() },
  returns: t.float(),
  run: ({ x }) => x,
})
const sameInt = defineFunction({ name: 'expressionsInt', args: { x: t.int() }, returns: t.int(), run: ({ x }) => x })
const numbers = defineTable('numbers', {
  id: t.int().primaryKey(),
  float: t.float().nullable(),
  int: t.int().nullable(),
  day: t.date().default('2024-01-01'),
  meta: t.json().nullable(),
})

let database: TestDatabase
let cellar: Cellar

beforeAll(async () => {
  database = await testDatabase()
  cellar = await open(database.options)
  await cellar.apply([numbers])
  await cellar.insert(numbers, [
    ...FLOATS.map(([, float], id) => ({ id, float })),
    ...INTS.map(([, int], id) => ({ id: 1000 + id, int })),
  ])
})
afterAll(async () => {
  await cellar.close()
  await database[Symbol.asyncDispose]()
})

const row = (id: number) => cellar.from(numbers).where((c) => c.id.eq(id))

describe('methods of numbers, over a column and over a function', () => {
  it.each(FLOATS.map(([name, x, expression, value], id) => ({ id, name, x, expression, value })))(
    '$name of the float $x',
    async ({ id, expression, value }) => {
      const found = row(id).select((c) => ({
        stored: expression(c.float),
        called: expression(sameFloat({ x: c.float })),
      }))
      expect(await found.first()).toEqual({ stored: value, called: value })
    },
  )

  it.each(INTS.map(([name, x, expression, value], id) => ({ id: 1000 + id, name, x, expression, value })))(
    '$name of the int $x',
    async ({ id, expression, value }) => {
      const found = row(id).select((c) => ({ stored: expression(c.int), called: expression(sameInt({ x: c.int })) }))
      expect(await found.first()).toEqual({ stored: value, called: value })
    },
  )

  it('extremes are those of any order', async () => {
    const found = await row(0)
      .select((c) => ({
        first: least(c.day, c.day),
        text: greatest('a', 'B', '😀', '\uffff'),
        yes: greatest(true, false),
      }))
      .first()
    expect(found).toEqual({ first: '2024-01-01', text: '😀', yes: true })
  })

  it('refuse what they cannot take', () => {
    const { c } = numbers
    // @ts-expect-error floats have no bits
    expect(() => c.float.bitAnd(1)).toThrowError(coded('INVALID_DECLARATION'))
    expect(() => c.int.bitAnd(c.float as never)).toThrowError(coded('INVALID_DECLARATION'))
    expect(() => least(c.int, 'a')).toThrowError(coded('INVALID_DECLARATION'))
    expect(() => greatest(c.meta, c.meta)).toThrowError(coded('INVALID_DECLARATION'))
  })
})
