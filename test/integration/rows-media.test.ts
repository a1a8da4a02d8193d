import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { defineFunction, defineTable, t } from 'cellar'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { failure } from '../support/failure.ts'
import { useCellar } from '../support/use-cellar.ts'

const copy = defineFunction({
  name: 'mediaCopy',
  args: { photo: t.image() },
  returns: t.image(),
  run: async ({ photo }, { media }) =>
    sharp(await media.bytes(photo))
      .negate({ alpha: false })
      .png()
      .toBuffer(),
})

const albums = defineTable('albums', {
  id: t.int().primaryKey(),
  photo: t.image().nullable(),
  title: t.string().default('-'),
}).computed('flipped', (c) => copy({ photo: c.photo }))
const scene = useCellar([albums])

const png = (red: number) =>
  sharp({ create: { width: 4, height: 4, channels: 3, background: { r: red, g: 0, b: 0 } } })
    .png()
    .toBuffer()

const named = () => scene.sql<{ sha256: string }>('select sha256 from cellar.media order by 1')

test('media of rows and of computed cells are stored and named in the catalog with the rows', async () => {
  const { cellar, database } = scene
  await scene.sql('truncate cellar.media')
  const file = join(database.home, 'given.png')
  await writeFile(file, await png(1))
  const result = await cellar.insert(albums, [{ id: 1, photo: file }, { id: 2, photo: await png(2) }, { id: 3 }], {
    returnRows: true,
  })
  const single = await cellar.insert(
    albums,
    { id: 4, photo: `data:image/png;base64,${(await png(4)).toString('base64')}` },
    { returnRows: true },
  )
  const rows = [...result.rows, ...single.rows]
  expect(rows[2]).toEqual({ id: 3, photo: null, title: '-', flipped: null })
  const photos = rows.flatMap((row) => [row.photo, row.flipped]).filter((media) => media !== null)
  expect(photos).toHaveLength(6)
  expect((await named()).map((row) => row.sha256)).toEqual([...new Set(photos.map((media) => media.sha256))].sort())
  const first = rows[0]?.photo
  if (!first) throw new Error('the first row has no photo')
  expect(Buffer.from(await cellar.readMedia(first))).toEqual(await readFile(file))
  expect(
    await cellar
      .from(albums)
      .orderBy((c) => c.id)
      .collect(),
  ).toEqual(rows)
})

test('a media input that cannot be used keeps its own code, and with skip only its row is left out', async () => {
  const { cellar } = scene
  const corrupt = Buffer.from((await png(9)).subarray(0, 40))
  const rows = [
    { id: 1, photo: await png(1) },
    { id: 2, photo: corrupt },
    { id: 3, photo: Buffer.from('plain text') },
  ]
  const error = await failure(cellar.insert(albums, rows))
  expect(error).toMatchObject({ status: 422, issues: [{ path: [1, 'photo'] }] })
  expect(error.code).toMatch(/^MEDIA_/)
  expect(await cellar.from(albums).count()).toBe(0)
  const skipped = await cellar.insert(albums, rows, { onInvalid: 'skip' })
  expect(skipped).toMatchObject({
    count: 1,
    errors: [
      { index: 1, column: 'photo', code: error.code },
      { index: 2, code: 'MEDIA_WRONG_KIND' },
    ],
  })
  expect(await failure(cellar.update(albums, { photo: corrupt }))).toMatchObject({ code: error.code })
  expect(
    await cellar
      .from(albums)
      .select((c) => ({ id: c.id }))
      .collect(),
  ).toEqual([{ id: 1 }])
})

test('an update of media computes the cells that depend on it, once for all rows', async () => {
  const { cellar } = scene
  await cellar.insert(albums, [{ id: 1 }, { id: 2 }])
  const result = await cellar.update(albums, { photo: await png(7) }, { returnRows: true })
  expect(result.count).toBe(2)
  const [one, two] = result.rows
  expect(one?.flipped?.sha256).toBe(two?.flipped?.sha256)
  expect((await named()).map((row) => row.sha256)).toEqual(
    expect.arrayContaining([one?.photo?.sha256, one?.flipped?.sha256]),
  )
  const back = await cellar.batchUpdate(albums, [{ id: 1, photo: null }], { returnRows: true })
  expect(back.rows).toEqual([{ id: 1, photo: null, title: '-', flipped: null }])
})

test('compute stores nothing but media, which are entered in the catalog', async () => {
  const { cellar } = scene
  await scene.sql('truncate cellar.media')
  const { rows, errors } = await cellar.compute(albums, [{ id: 1, photo: await png(3) }])
  expect(errors).toEqual([])
  expect(await named()).toHaveLength(2)
  expect(rows[0]?.flipped?.mime).toBe('image/png')
  expect(await cellar.from(albums).count()).toBe(0)
})
