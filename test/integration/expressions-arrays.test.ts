import { cast, defineTable, t } from 'cellar'
import { beforeEach, expect, it } from 'vitest'
import { useCellar } from '../support/use-cellar.ts'

const values = defineTable('expr.values', {
  id: t.int().primaryKey(),
  tags: t.array(t.string()),
  ints: t.array(t.int().nullable()),
  floats: t.array(t.float()),
  grid: t.array(t.array(t.int())),
  point: t.vector(3),
  other: t.vector(3).nullable(),
  key: t.uuid(),
  meta: t.json(),
  text: t.string(),
  at: t.timestamp(),
  price: t.float(),
})
  .computed('unit', (c) => c.point.normalize())
  .computed('sorted', (c) => c.tags.distinct().sort('desc'))
  .computed('amount', (c) => cast(c.text, t.decimal(10, 2)))

const scene = useCellar([values])
const row = {
  id: 1,
  tags: ['b', 'a', 'b'],
  ints: [3, null, 1],
  floats: [0.5, 2],
  grid: [[1], [2, 3]],
  point: [3, 0, 4],
  other: null,
  key: '018f0000-0000-7abc-8def-0123456789ab',
  meta: { n: 12, list: [1, 2], day: '2024-02-29' },
  text: '12.50',
  at: '2024-02-29T10:00:00Z',
  price: 7,
}

beforeEach(async () => {
  await scene.cellar.insert(values, [row])
})

type Row = Parameters<Parameters<ReturnType<typeof query>['select']>[0]>[0]
const query = () => scene.cellar.from(values)

const CASES: readonly (readonly [string, (c: Row) => unknown, unknown])[] = [
  ['first', (c) => c.tags.first(), 'b'],
  ['last', (c) => c.grid.last(), [2, 3]],
  ['slice', (c) => c.tags.slice(-2), ['a', 'b']],
  ['slice between', (c) => c.ints.slice(0, 2), [3, null]],
  ['concat', (c) => c.tags.concat(['c']).concat(c.tags.slice(0, 1)), ['b', 'a', 'b', 'c', 'b']],
  ['concat of lists', (c) => c.grid.concat([[9]]), [[1], [2, 3], [9]]],
  ['indexOf', (c) => c.tags.indexOf('a'), 1],
  ['indexOf null', (c) => c.ints.indexOf(null), 1],
  ['indexOf what is not there', (c) => c.grid.indexOf([2]), -1],
  ['reverse', (c) => c.ints.reverse(), [1, null, 3]],
  ['sort', (c) => c.ints.sort('desc'), [3, 1, null]],
  ['distinct', (c) => c.tags.distinct(), ['b', 'a']],
  ['min', (c) => c.tags.min(), 'a'],
  ['max', (c) => c.ints.max(), 3],
  ['sum', (c) => c.ints.sum(), 4],
  ['sum of nothing', (c) => c.floats.slice(5).sum(), null],
  ['sum beyond the safe ints', (c) => c.ints.concat([Number.MAX_SAFE_INTEGER]).sum(), null],
  ['mean', (c) => c.floats.mean(), 1.25],
  ['join', (c) => c.tags.join('-'), 'b-a-b'],
  ['toJson', (c) => c.grid.toJson().at(1, 0), 2],
  ['at of a vector', (c) => c.point.at(-1), 4],
  ['dimensions', (c) => c.point.dimensions(), 3],
  ['add vectors', (c) => c.point.add([1, 1, 1]), Float32Array.of(4, 1, 5)],
  ['sub vectors', (c) => c.point.sub(c.point.mul(2)), Float32Array.of(-3, 0, -4)],
  ['mul beyond single precision', (c) => c.point.mul(1e38), null],
  ['dot', (c) => c.point.dot([1, 2, 0.5]), 5],
  ['norm', (c) => c.point.norm(), 5],
  ['l2Distance', (c) => c.point.l2Distance([0, 0, 0]), 5],
  ['cosineDistance', (c) => c.point.cosineDistance([-3, 0, -4]), 2],
  ['cosineDistance to zeros', (c) => c.point.cosineDistance([0, 0, 0]), null],
  ['dot with null', (c) => c.point.dot(c.other), null],
  ['hex', (c) => c.key.hex(), '018f000000007abc8def0123456789ab'],
  ['version', (c) => c.key.version(), 7],
  ['timestamp of a uuid', (c) => c.key.timestamp(), new Date(0x018f00000000)],
  ['cast to an int', (c) => cast(c.price, t.int()), 7],
  ['cast of a fraction', (c) => cast(c.text, t.int()), null],
  ['cast to text', (c) => cast(c.at, t.string()), '2024-02-29T10:00:00.000Z'],
  ['cast to a date', (c) => cast(c.at, t.date()), '2024-02-29'],
  ['cast from JSON', (c) => cast(c.meta.at('list'), t.array(t.float())), [1, 2]],
  ['cast of a JSON text', (c) => cast(c.meta.at('day'), t.timestamp()), new Date('2024-02-29T00:00:00Z')],
  ['cast to JSON', (c) => cast(c.at, t.json()), '2024-02-29T10:00:00.000Z'],
  ['cast to a vector', (c) => cast(c.floats, t.vector(2)), Float32Array.of(0.5, 2)],
  ['cast to a vector of another size', (c) => cast(c.floats, t.vector(3)), null],
  ['cast to a bigint', (c) => cast(c.ints.max(), t.bigint()), 3n],
  ['cast to a limited type', (c) => cast(c.price, t.int({ max: 5 })), null],
  ['cast to a uuid', (c) => cast(c.text, t.uuid()), null],
]

it.each(CASES)('%s', async (_, expression, expected) => {
  const rows = await query()
    .select((c) => ({ value: expression(c) as typeof c.meta }))
    .collect()
  expect(rows).toEqual([{ value: expected }])
})

it('fills computed columns', async () => {
  const rows = await query()
    .select((c) => ({ unit: c.unit, sorted: c.sorted, amount: c.amount }))
    .collect()
  expect(rows).toEqual([{ unit: Float32Array.of(0.6, 0, 0.8), sorted: ['b', 'a'], amount: '12.50' }])
})
