import { coalesce, defineTable, json, parseJson, t } from 'cellar'
import { beforeEach, expect, it } from 'vitest'
import { useCellar } from '../support/use-cellar.ts'

interface Order {
  readonly tags: readonly (number | string | null)[]
  readonly items: readonly { readonly price?: number; readonly name: string }[]
  readonly customer: { readonly name: string; readonly '10'?: boolean; readonly vip?: boolean }
}

const orders = defineTable('expr.orders', {
  id: t.int().primaryKey(),
  meta: t.json<Order>(),
  any: t.json().nullable(),
  n: t.int(),
})
  .computed('total', (c) => c.meta.at('items').each('price').sum())
  .computed('card', (c) => json({ who: c.meta.at('customer', 'name'), n: [c.n, { twice: c.n.mul(2) }] }))

const scene = useCellar([orders])
const meta: Order = {
  tags: [3, 1, 'x', null],
  items: [{ name: 'cup', price: 2.5 }, { name: 'lid' }, { name: 'tea', price: 4 }],
  customer: { vip: true, name: 'Ada', '10': false },
}

beforeEach(async () => {
  await scene.cellar.insert(orders, [{ id: 1, meta, any: null, n: 3 }])
})

type Row = Parameters<Parameters<ReturnType<typeof query>['select']>[0]>[0]
const query = () => scene.cellar.from(orders)

const CASES: readonly (readonly [string, (c: Row) => unknown, unknown])[] = [
  ['at then eq', (c) => c.meta.at('tags', 0).eq(3), true],
  ['at with a default', (c) => coalesce(c.any.at('size'), json({ w: 1 })), { w: 1 }],
  ['each', (c) => c.meta.at('items').each('price'), [2.5, 4]],
  ['each of an object', (c) => c.meta.at('customer').each(), [false, true, 'Ada']],
  ['each of anything else', (c) => c.meta.at('tags', 2).each('a'), null],
  ['sum', (c) => c.meta.at('tags').sum(), 4],
  ['min', (c) => c.meta.at('tags').min(), 1],
  ['max', (c) => c.meta.at('items').each('price').max(), 4],
  ['mean', (c) => c.meta.at('items').each('price').mean(), 3.25],
  ['sum without numbers', (c) => c.meta.at('items').sum(), null],
  ['map', (c) => c.meta.at('tags').map((tag) => tag.asInt().add(c.n)), [6, 4, null, null]],
  [
    'map within map',
    (c) =>
      c.meta.at('items').map((item) =>
        json({
          n: item.at('name'),
          t: c.meta.at('tags').filter((tag) => tag.asInt().lt(item.at('price').asFloat())),
        }),
      ),
    [
      { n: 'cup', t: [1] },
      { n: 'lid', t: [] },
      { n: 'tea', t: [3, 1] },
    ],
  ],
  ['filter', (c) => c.meta.at('items').filter((item) => item.at('price').isNull()), [{ name: 'lid' }]],
  ['sort', (c) => c.meta.at('tags').sort(), ['x', 1, 3, null]],
  [
    'sort by',
    (c) =>
      c.meta
        .at('items')
        .sort((item) => item.at('price').asFloat(), 'desc')
        .each('name'),
    ['tea', 'cup', 'lid'],
  ],
  ['keys', (c) => c.meta.at('customer').keys(), ['10', 'vip', 'name']],
  ['values', (c) => c.meta.at('customer').values(), [false, true, 'Ada']],
  [
    'entries',
    (c) => c.meta.at('customer').entries(),
    [
      ['10', false],
      ['vip', true],
      ['name', 'Ada'],
    ],
  ],
  ['keys of a list', (c) => c.meta.at('tags').keys(), null],
  ['has', (c) => c.meta.at('customer').has('vip').and(c.meta.has('vip').not()), true],
  ['contains', (c) => c.meta.at('tags').contains(c.n), true],
  ['contains an object', (c) => c.meta.at('items').contains({ price: 4, name: 'tea' }), true],
  ['isEmpty', (c) => c.meta.at('items').isEmpty(), false],
  ['isEmpty of a text', (c) => c.meta.at('customer', 'name').isEmpty(), null],
  ['set', (c) => c.meta.set(['customer', 'address', 'city'], 'Rome').at('customer', 'name'), 'Ada'],
  ['set a new element', (c) => c.meta.at('tags').set(4, c.n), [3, 1, 'x', null, 3]],
  ['set beyond the end', (c) => c.meta.at('tags').set(9, 1), null],
  [
    'remove',
    (c) => c.meta.remove('items', 0).remove('tags').remove('customer').remove('nothing'),
    { items: meta.items.slice(1) },
  ],
  [
    'merge',
    (c) => c.meta.at('customer').merge({ vip: false, age: 36 }),
    { '10': false, age: 36, vip: false, name: 'Ada' },
  ],
  ['merge with a list', (c) => c.meta.at('customer').merge([1]), null],
  ['concat', (c) => c.meta.at('tags').concat([true]), [3, 1, 'x', null, true]],
  ['flatten', (c) => json([[1, c.n], 2, [[4]]]).flatten(), [1, 3, 2, [4]]],
  ['parseJson', (c) => parseJson(c.meta.at('customer').toText()).at('vip'), true],
  ['parseJson of no JSON', () => parseJson('{"a":'), null],
]

it.each(CASES)('%s', async (_, expression, expected) => {
  const rows = await query()
    .select((c) => ({ value: expression(c) as typeof c.any }))
    .collect()
  expect(rows).toEqual([{ value: expected }])
})

it('fills computed columns', async () => {
  const rows = await query()
    .select((c) => ({ total: c.total, card: c.card }))
    .collect()
  expect(rows).toEqual([{ total: 6.5, card: { n: [3, { twice: 6 }], who: 'Ada' } }])
})

it('filters and orders by what lists hold', async () => {
  const other = { ...meta, items: [{ name: 'jar', price: 9 }], tags: [3] }
  await scene.cellar.insert(orders, [{ id: 2, meta: other, n: 1 }])
  const rows = await query()
    .where((c) => c.meta.at('tags').contains(3).and(c.meta.at('items').isEmpty().not()))
    .orderBy((c) => c.meta.at('items').each('price').max().desc())
    .select((c) => ({ id: c.id }))
    .collect()
  expect(rows).toEqual([{ id: 2 }, { id: 1 }])
})
