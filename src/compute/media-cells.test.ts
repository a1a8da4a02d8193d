import { pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'
import { defineFunction } from '../expr/define-function.ts'
import { defineTable } from '../schema/define-table.ts'
import { specOfTable } from '../schema/table-value.ts'
import { t } from '../types/t.ts'
import { planCells } from './plan-cells.ts'
import { createTestEngine } from './testing/engine.ts'

const text = (content: string) => new TextEncoder().encode(content)
const photos = defineTable('photos', { photo: t.image(), back: t.image().nullable(), title: t.string() })
const spec = specOfTable(photos)

describe('ingesting rows', () => {
  test('puts stored media into the rows and lists them by row', async () => {
    await using test = createTestEngine()
    const rows: Record<string, unknown>[] = [
      { photo: text('a'), back: null, title: 'A' },
      { photo: text('b'), back: text('c'), title: 'B' },
    ]
    const { errors, media } = await test.engine.ingest(spec, rows, { allowPath: false })
    expect(errors).toEqual([])
    expect(rows[0]).toMatchObject({ photo: { kind: 'image', url: expect.stringMatching(/^cellar:/) }, back: null })
    expect([...media].map(([index, stored]) => [index, stored.length])).toEqual([
      [0, 1],
      [1, 2],
    ])
    expect(test.media.ingested.every(({ options }) => options.kind === 'image' && !options.allowPath)).toBe(true)
  })

  test('lists what cannot be used and goes on', async () => {
    await using test = createTestEngine()
    const rows: Record<string, unknown>[] = [
      { photo: text('corrupt'), title: 'A' },
      { photo: text('b'), title: 'B' },
    ]
    const { errors, media } = await test.engine.ingest(spec, rows, { allowPath: true })
    expect(errors).toMatchObject([{ index: 0, column: 'photo', code: 'MEDIA_CORRUPT', retryable: false }])
    expect(rows[0]?.photo).toBeNull()
    expect([...media.keys()]).toEqual([1])
  })

  test('reads a bounded number at once', async () => {
    await using test = createTestEngine()
    const rows = Array.from({ length: 40 }, (_, n) => ({ photo: text(`${n}`), title: '' }) as Record<string, unknown>)
    await test.engine.ingest(spec, rows, { allowPath: true })
    expect(test.media.peak).toBe(8)
  })

  test('keeps external URLs where the column says so, but for the library only', async () => {
    await using test = createTestEngine()
    const linked = specOfTable(defineTable('linked', { photo: t.image({ reference: true }) }))
    const rows: Record<string, unknown>[] = [{ photo: 'https://example.com/a.png' }]
    await test.engine.ingest(linked, rows, { allowPath: true })
    expect(rows[0]?.photo).toEqual({ kind: 'image', url: 'https://example.com/a.png', sha256: null, mime: null })
    const sent: Record<string, unknown>[] = [{ photo: 'https://example.com/a.png' }]
    await test.engine.ingest(linked, sent, { allowPath: false })
    expect(sent[0]?.photo).toMatchObject({ url: expect.stringMatching(/^cellar:/) })
  })

  test('ends with the signal', async () => {
    await using test = createTestEngine()
    const rows: Record<string, unknown>[] = [{ photo: text('a'), title: 'A' }]
    await expect(
      test.engine.ingest(spec, rows, { allowPath: true, signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({ code: 'ABORTED' })
    expect(test.media.ingested).toEqual([])
  })
})

describe('a function that returns media', () => {
  const render = defineFunction({
    name: 'media_render',
    args: { text: t.string() },
    returns: t.image(),
    run: ({ text: content }) => text(content),
  })

  test('has its result stored, once for equal calls, and listed for every row', async () => {
    await using test = createTestEngine()
    const table = defineTable('texts', { text: t.string() }).computed('image', (c) => render({ text: c.text }))
    const rows: Record<string, unknown>[] = [{ text: 'a' }, { text: 'a' }, { text: 'b' }]
    const { media } = await test.engine.run(planCells(specOfTable(table)), rows)
    expect(rows[0]?.image).toMatchObject({ kind: 'image', mime: 'image/png' })
    expect(rows[1]?.image).toEqual(rows[0]?.image)
    expect(test.media.ingested).toHaveLength(2)
    expect([...media.keys()].toSorted()).toEqual([0, 1, 2])
  })

  test('can pass its result on; only what a cell names is listed', async () => {
    await using test = createTestEngine()
    const frame = defineFunction({
      name: 'media_frame',
      args: { image: t.image() },
      returns: t.image(),
      run: async ({ image }, { media }) => text(`framed ${new TextDecoder().decode(await media.bytes(image))}`),
    })
    const table = defineTable('texts', { text: t.string() }).computed('image', (c) =>
      frame({ image: render({ text: c.text }) }),
    )
    const rows: Record<string, unknown>[] = [{ text: 'a' }]
    const { media } = await test.engine.run(planCells(specOfTable(table)), rows)
    expect(test.media.ingested).toHaveLength(2)
    expect(media.get(0)?.map(({ ref }) => ref)).toEqual(rows.map(({ image }) => (image as { url: string }).url))
  })

  test('fails its cell when the content cannot be used', async () => {
    await using test = createTestEngine()
    const table = defineTable('texts', { text: t.string() }).computed('image', (c) => render({ text: c.text }), {
      onError: 'store',
    })
    const { errors } = await test.engine.run(planCells(specOfTable(table)), [{ text: 'corrupt' }])
    expect(errors).toMatchObject([{ index: 0, column: 'image', code: 'MEDIA_CORRUPT' }])
  })

  test.each([
    ['/etc/hostname.png', false],
    [`cellar:${'0'.repeat(64)}.png`, false],
    ['/memory/scratch/1', true],
    ['/memory/../etc/hostname.png', false],
  ])('names a file by text only inside the store: %s', async (path, allowed) => {
    await using test = createTestEngine()
    const name = `media_path_${path.replaceAll(/\W/g, '_').slice(0, 40)}`
    const passOn = defineFunction({
      name,
      args: { path: t.string() },
      returns: t.image(),
      run: ({ path: given }) => given,
    })
    const table = defineTable('paths', { path: t.string() }).computed('image', (c) => passOn({ path: c.path }))
    await test.engine.run(planCells(specOfTable(table)), [{ path }])
    expect(test.media.ingested).toMatchObject([{ options: { allowPath: allowed, allowRef: false } }])
  })

  test('names any file by a file: URL', async () => {
    await using test = createTestEngine()
    const url = pathToFileURL('/somewhere/a.png')
    const make = defineFunction({ name: 'media_url', args: { n: t.int() }, returns: t.image(), run: () => url })
    const table = defineTable('urls', { n: t.int() }).computed('image', (c) => make({ n: c.n }))
    await test.engine.run(planCells(specOfTable(table)), [{ n: 1 }])
    expect(test.media.ingested).toMatchObject([{ source: url, options: { allowPath: true } }])
  })
})
