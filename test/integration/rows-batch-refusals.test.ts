import { defineTable, t } from 'cellar'
import { expect, test } from 'vitest'
import { failure } from '../support/failure.ts'
import { useCellar } from '../support/use-cellar.ts'

const items = defineTable('items', {
  id: t.int().primaryKey(),
  code: t.string().unique(),
  title: t.string().nullable(),
}).computed('loud', (c) => c.code.upper())

const scene = useCellar([items])

const fill = () =>
  scene.cellar.insert(
    items,
    [1, 2, 3, 4, 5, 6].map((id) => ({ id, code: `c${id}`, title: 't' })),
  )
const codes = async () => {
  const rows = await scene.cellar
    .from(items)
    .orderBy((c) => c.id.asc())
    .select((c) => ({ code: c.code }))
    .collect()
  return rows.map(({ code }) => code)
}

test('a batch update names the row that the database refuses', async () => {
  await fill()
  const clash = [3, 4, 5, 6].map((id) => ({ id, code: id === 5 ? 'c1' : `n${id}` }))
  expect(await failure(scene.cellar.batchUpdate(items, clash))).toMatchObject({
    code: 'DUPLICATE_KEY',
    details: { values: 'c1' },
    issues: [{ path: [2, 'code'] }],
  })
  const mixed = [{ id: 3, title: 'x' }, ...clash.slice(1)]
  expect(await failure(scene.cellar.batchUpdate(items, mixed))).toMatchObject({ issues: [{ path: [2, 'code'] }] })
  const inserted = [
    { id: 1, title: 'x' },
    { id: 8, code: 'c8' },
    { id: 9, code: 'c2' },
  ]
  expect(await failure(scene.cellar.batchUpdate(items, inserted, { ifMissing: 'insert' }))).toMatchObject({
    code: 'DUPLICATE_KEY',
    issues: [{ path: [2, 'code'] }],
  })
  expect(await codes()).toEqual(['c1', 'c2', 'c3', 'c4', 'c5', 'c6'])
})

test('with onInvalid skip the other rows are written, under one version', async () => {
  await fill()
  const clash = [1, 2, 3, 4, 5].map((id) => ({ id, code: id === 2 || id === 5 ? 'c6' : `n${id}` }))
  const result = await scene.cellar.batchUpdate(items, clash, { onInvalid: 'skip', returnRows: true })
  expect(result).toMatchObject({
    count: 3,
    rows: [{ loud: 'N1' }, { loud: 'N3' }, { loud: 'N4' }],
    errors: [
      { index: 1, column: 'code', code: 'DUPLICATE_KEY', retryable: false },
      { index: 4, column: 'code', code: 'DUPLICATE_KEY' },
    ],
  })
  expect(await codes()).toEqual(['n1', 'c2', 'n3', 'n4', 'c5', 'c6'])
  const rows = [{ id: 1, code: 'c6' }, { id: 7, code: 'n3' }, { id: 8, code: 'c8' }, { id: 9 }]
  const upserted = await scene.cellar.batchUpdate(items, rows, {
    ifMissing: 'insert',
    onInvalid: 'skip',
    returnRows: true,
  })
  expect(upserted).toMatchObject({
    count: 1,
    rows: [{ id: 8 }],
    errors: [
      { index: 0, code: 'DUPLICATE_KEY' },
      { index: 1, code: 'DUPLICATE_KEY' },
      { index: 3, code: 'MISSING_VALUE', column: 'code' },
    ],
  })
})

test('when every row is refused there is no version', async () => {
  await fill()
  const clash = [1, 2].map((id) => ({ id, code: 'c6' }))
  expect(await scene.cellar.batchUpdate(items, clash, { onInvalid: 'skip' })).toMatchObject({ count: 0, version: 0 })
  expect(await scene.cellar.batchUpdate(items, clash, { onInvalid: 'skip', ifMissing: 'ignore' })).toMatchObject({
    count: 0,
    errors: [{ index: 0 }, { index: 1 }],
  })
})

test('a key that somebody else takes meanwhile is updated, also with skip', async () => {
  const writers = Array.from({ length: 8 }, (_, n) =>
    scene.cellar.batchUpdate(items, [{ id: 1, code: 'one', title: `w${n}` }], {
      ifMissing: 'insert',
      onInvalid: 'skip',
    }),
  )
  const results = await Promise.all(writers)
  expect(results.map(({ count, errors }) => [count, errors])).toEqual(results.map(() => [1, []]))
})
