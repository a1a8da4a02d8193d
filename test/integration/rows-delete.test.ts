import { defineTable, t } from 'cellar'
import { expect, test } from 'vitest'
import { failure } from '../support/failure.ts'
import { useCellar } from '../support/use-cellar.ts'

const notes = defineTable('notes', { id: t.int().primaryKey(), text: t.string() }).computed('loud', (c) =>
  c.text.upper(),
)
const owners = defineTable('owners', { id: t.int().primaryKey() })
const pets = defineTable('pets', { id: t.int().primaryKey(), owner: t.int().references('owners.id').nullable() })

const scene = useCellar([notes, owners, pets])

test('a delete takes the rows that match, or all, under one version; none where nothing was', async () => {
  const { cellar } = scene
  const inserted = await cellar.insert(
    notes,
    ['a', 'b', 'c', 'd'].map((text, id) => ({ id, text })),
  )
  const some = await cellar.delete(notes, { where: (c) => c.id.gt(0).and(c.loud.ne('D')) })
  expect(some).toEqual({ count: 2, version: expect.any(Number) })
  expect(some.version).toBeGreaterThan(inserted.version)
  const left = cellar.from(notes).orderBy((c) => c.id)
  expect((await left.collect()).map(({ id }) => id)).toEqual([0, 3])
  expect(await cellar.delete(notes)).toMatchObject({ count: 2 })
  expect(await cellar.delete(notes)).toEqual({ count: 0, version: 0 })
  expect(await cellar.from(notes).count()).toBe(0)
})

test('rows that others refer to are neither deleted nor moved, and references that dangle are refused', async () => {
  const { cellar } = scene
  await cellar.insert(owners, [{ id: 1 }, { id: 2 }])
  await cellar.insert(pets, { id: 1, owner: 1 })
  const referenced = { code: 'ROW_REFERENCED', details: { table: 'owners', referencing: 'pets' } }
  expect(await failure(cellar.delete(owners))).toMatchObject(referenced)
  expect(await failure(cellar.update(owners, { id: 9 }, { where: (c) => c.id.eq(1) }))).toMatchObject(referenced)
  expect(await failure(cellar.update(pets, { owner: 7 }))).toMatchObject({
    code: 'INVALID_VALUE',
    issues: [{ path: ['owner'] }],
  })
  expect(
    await failure(
      cellar.insert(pets, [
        { id: 2, owner: 2 },
        { id: 3, owner: 7 },
      ]),
    ),
  ).toMatchObject({ code: 'INVALID_VALUE' })
  const skipped = await cellar.insert(
    pets,
    [
      { id: 2, owner: 2 },
      { id: 3, owner: 7 },
    ],
    { onInvalid: 'skip' },
  )
  expect(skipped).toMatchObject({ count: 1, errors: [{ index: 1, column: 'owner', code: 'INVALID_VALUE' }] })
  expect(await cellar.delete(owners, { where: (c) => c.id.gt(2) })).toMatchObject({ count: 0 })
})
