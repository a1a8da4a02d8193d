import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { defineTable, type Media, t } from 'cellar'
import {
  blur,
  convert,
  crop,
  grayscale,
  height,
  metadata,
  resize,
  rotate,
  thumbnail,
  toDataUrl,
  width,
} from 'cellar/functions/image'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { randomPicture } from '../support/pictures.ts'
import { useCellar } from '../support/use-cellar.ts'

const pictures = defineTable('pictures', { id: t.int().primaryKey(), photo: t.image(), back: t.image().nullable() })
  .computed('thumb', (c) => thumbnail(c.photo, { width: 40, height: 40 }))
  .computed('small', (c) => resize(c.photo, { width: 30, format: 'webp', quality: 60 }))
  .computed('corner', (c) => crop(c.photo, { left: 10, top: 20, width: 15, height: 5 }))
  .computed('turned', (c) => rotate(c.photo, 90))
  .computed('jpeg', (c) => convert(c.photo, 'jpeg', 50))
  .computed('gray', (c) => grayscale(c.photo))
  .computed('soft', (c) => blur(c.photo, 2))
  .computed('backThumb', (c) => thumbnail(c.back, { width: 8, height: 8 }))
  .computed('wide', (c) => width(c.photo))
  .computed('high', (c) => height(c.photo))
  .computed('pixels', (c) => width(c.photo).mul(height(c.photo)))
  .computed('about', (c) => metadata(c.photo))
  .computed('url', (c) => toDataUrl(thumbnail(c.photo, { width: 4, height: 4 }), { format: 'png' }))

const risky = defineTable('risky', { id: t.int().primaryKey(), photo: t.image() }).computed(
  'corner',
  (c) => crop(c.photo, { left: 0, top: 0, width: 50, height: 50 }),
  { onError: 'store' },
)

const scene = useCellar([pictures, risky])

async function look(media: Media | null) {
  const path = join(
    scene.database.home,
    'media',
    media?.sha256?.slice(0, 2) ?? '',
    media?.url.slice('cellar:'.length) ?? '',
  )
  const facts = await sharp(await readFile(path)).metadata()
  return `${facts.format} ${facts.width} x ${facts.height}`
}

test('every function computes its column', async () => {
  const { cellar } = scene
  const { rows } = await cellar.insert(pictures, [{ id: 1, photo: randomPicture(80, 60) }], { returnRows: true })
  const [row] = rows
  expect(await look(row.thumb)).toBe('png 40 x 30')
  expect(await look(row.small)).toBe('webp 30 x 23')
  expect(await look(row.corner)).toBe('png 15 x 5')
  expect(await look(row.turned)).toBe('png 60 x 80')
  expect(await look(row.jpeg)).toBe('jpeg 80 x 60')
  expect(await look(row.gray)).toBe('png 80 x 60')
  expect(await look(row.soft)).toBe('png 80 x 60')
  expect(row).toMatchObject({ wide: 80, high: 60, pixels: 4800, backThumb: null })
  expect(row.about).toMatchObject({ format: 'png', width: 80, height: 60, space: 'srgb', pages: 1 })
  const inline = Buffer.from(row.url.slice('data:image/png;base64,'.length), 'base64')
  expect((await sharp(inline).metadata()).width).toBe(4)
  expect(await cellar.from(pictures).first()).toEqual(row)
})

test('photographs are turned upright and keep their format', async () => {
  const photo = await sharp(randomPicture(80, 60)).withMetadata({ orientation: 6 }).jpeg().toBuffer()
  const { rows } = await scene.cellar.insert(pictures, [{ id: 1, photo, back: photo }], { returnRows: true })
  expect(await look(rows[0].thumb)).toBe('jpeg 30 x 40')
  expect(await look(rows[0].backThumb)).toBe('jpeg 6 x 8')
  expect(rows[0]).toMatchObject({ wide: 60, high: 80 })
  expect(rows[0].about.orientation).toBe(6)
})

test('what is not in a browser format becomes PNG', async () => {
  const photo = await sharp(randomPicture(80, 60)).tiff().toBuffer()
  const { rows } = await scene.cellar.insert(pictures, [{ id: 1, photo }], { returnRows: true })
  expect(await look(rows[0].thumb)).toBe('png 40 x 30')
})

test('equal pictures are made and stored once', async () => {
  const photo = randomPicture(80, 60)
  const { rows } = await scene.cellar.insert(
    pictures,
    [
      { id: 1, photo },
      { id: 2, photo },
    ],
    { returnRows: true },
  )
  expect(rows[1].thumb).toEqual(rows[0].thumb)
})

test('they work in queries', async () => {
  await scene.cellar.insert(pictures, [
    { id: 1, photo: randomPicture(80, 60) },
    { id: 2, photo: randomPicture(90, 60) },
  ])
  const rows = await scene.cellar
    .from(pictures)
    .where((c) => width(c.photo).gt(85))
    .select((c) => ({ id: c.id, tiny: thumbnail(c.photo, { width: 9, height: 9 }) }))
    .collect()
  expect(rows.map(({ id }) => id)).toEqual([2])
  expect(await look(rows[0]?.tiny ?? null)).toBe('png 9 x 6')
})

describe('pictures that cannot be used', () => {
  const truncated = () => randomPicture(80, 60).subarray(0, 2000)
  const lying = () => {
    const bytes = randomPicture(80, 60)
    bytes.fill(0, bytes.length / 2, bytes.length - 20)
    return bytes
  }

  test.each([
    ['a damaged one', truncated, 'MEDIA_CORRUPT', 'MEDIA_CORRUPT'],
    ['text', () => Buffer.from('hello'), 'MEDIA_WRONG_KIND', 'MEDIA_WRONG_KIND'],
    ['one whose pixels are not what its header says', lying, 'CELL_FAILED', 'MEDIA_DECODE_FAILED'],
  ])('%s fails the insert and nothing is written', async (_name, photo, code, issue) => {
    await expect(scene.cellar.insert(pictures, [{ id: 1, photo: photo() }])).rejects.toMatchObject({
      code,
      status: 422,
      issues: [{ code: issue }],
    })
    expect(await scene.cellar.from(pictures).count()).toBe(0)
  })

  test('a cell that fails is stored as such where the column says so', async () => {
    const { errors } = await scene.cellar.insert(risky, [
      { id: 1, photo: randomPicture(20, 20) },
      { id: 2, photo: randomPicture(60, 60) },
    ])
    expect(errors).toMatchObject([{ index: 0, column: 'corner', code: 'INVALID_VALUE' }])
    const rows = await scene.cellar
      .from(risky)
      .orderBy((c) => c.id.asc())
      .collect()
    expect(rows.map(({ corner }) => corner === null)).toEqual([true, false])
  })
})

test('options that never work are refused where they are declared', () => {
  const refused = expect.objectContaining({ code: 'INVALID_DECLARATION' })
  const { photo } = pictures.c
  const calls: (() => unknown)[] = [
    () => thumbnail(photo, { width: 0, height: 10 }),
    () => thumbnail(photo, { width: 10.5, height: 10 }),
    () => thumbnail(photo, { width: 10, height: 10, quality: 101 }),
    // @ts-expect-error no such format
    () => thumbnail(photo, { width: 10, height: 10, format: 'bmp' }),
    // @ts-expect-error no such fit
    () => resize(photo, { width: 10, fit: 'stretch' }),
    () => resize(photo, {}),
    () => crop(photo, { left: -1, top: 0, width: 1, height: 1 }),
    () => rotate(photo, Number.NaN),
    () => blur(photo, 0.1),
    () => convert(photo, 'jpeg', 0),
  ]
  for (const call of calls) expect(call).toThrow(refused)
})
