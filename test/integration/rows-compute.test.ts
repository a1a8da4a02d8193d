import { defineFunction, defineTable, t } from 'cellar'
import { expect, test } from 'vitest'
import { useCellar } from '../support/use-cellar.ts'

const shout = defineFunction({
  name: 'computeShout',
  args: { text: t.string() },
  returns: t.string(),
  run: ({ text }) => {
    if (text === 'bad') throw new RangeError('bad text')
    return text.toUpperCase()
  },
})
const columns = () => ({ id: t.int().primaryKey(), text: t.string(), n: t.int().default(7) })
const strict = defineTable('strict', columns())
  .computed('loud', (c) => shout({ text: c.text }))
  .computed('next', (c) => c.n.add(1))
const soft = defineTable('soft', columns()).computed('loud', (c) => shout({ text: c.text }), { onError: 'store' })

const scene = useCellar([strict, soft])

test('compute gives the rows that an insert would store, and stores nothing', async () => {
  const { cellar } = scene
  const rows = [
    { id: 1, text: 'a' },
    { id: 2, text: 'b', n: 1 },
  ]
  const computed = await cellar.compute(strict, rows)
  expect(computed).toEqual({
    rows: [
      { id: 1, text: 'a', n: 7, loud: 'A', next: 8 },
      { id: 2, text: 'b', n: 1, loud: 'B', next: 2 },
    ],
    errors: [],
  })
  expect(await cellar.from(strict).count()).toBe(0)
  expect(await scene.sql(`select from cellar.versions where operation <> 'apply'`)).toEqual([])
  expect((await cellar.insert(strict, rows, { returnRows: true })).rows).toEqual(computed.rows)
})

test('a cell that fails is listed where its column says so, and else ends the computing', async () => {
  const { cellar } = scene
  expect(await cellar.compute(soft, [{ id: 1, text: 'bad' }])).toMatchObject({
    rows: [{ id: 1, loud: null }],
    errors: [{ index: 0, column: 'loud', code: 'FUNCTION_FAILED' }],
  })
  await expect(cellar.compute(strict, [{ id: 1, text: 'bad' }])).rejects.toMatchObject({ code: 'CELL_FAILED' })
  expect(await scene.sql('select from cellar.cell_errors')).toEqual([])
})
