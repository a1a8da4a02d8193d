import assert from 'node:assert/strict'
import { openAsBlob } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { defineFunction, defineTable, open, t } from 'cellar'
import { convert, crop, grayscale, height, metadata, thumbnail, toDataUrl, width } from 'cellar/functions/image'
import { transformImage } from 'cellar/media'

const cat = new URL('../contract/cat.jpg', import.meta.url)

// #region function
const posterise = defineFunction({
  name: 'posterise',
  args: { image: t.image() },
  returns: t.image(),
  requires: ['sharp'],
  run: async ({ image }, { media, signal }) => {
    const to = await media.scratch() // a file that the store takes over
    await transformImage(await media.path(image), [{ kind: 'blur', sigma: 4 }], { format: 'webp', to, signal })
    return to
  },
})
// #endregion

// #region columns
const pictures = defineTable('pictures', {
  id: t.int().primaryKey(),
  image: t.image(),
  source: t.image({ reference: true }).nullable(), // keeps an http(s) URL as it is
})
  .computed('width', (c) => width(c.image))
  .computed('height', (c) => height(c.image))
  .computed('format', (c) => metadata(c.image).at('format'))
  .computed('thumb', (c) => thumbnail(c.image, { width: 64, height: 64 }))
  .computed('square', (c) => crop(c.image, { left: 0, top: 0, width: 16, height: 16 }))
  .computed('grey', (c) => convert(grayscale(c.image), 'avif', 60))
  .computed('inline', (c) => toDataUrl(thumbnail(c.image, { width: 16, height: 16 }), { format: 'webp' }))
  .computed('poster', (c) => posterise({ image: c.image }))
// #endregion

await using cellar = await open()
await cellar.apply([pictures])

// #region insert
await cellar.insert(pictures, [
  { id: 1, image: cat }, // a path or file URL
  { id: 2, image: await readFile(cat) }, // bytes
  { id: 3, image: await openAsBlob(cat) }, // a File or Blob
  { id: 4, image: (await openAsBlob(cat)).stream(), source: 'https://example.com/cat.jpg' }, // a stream
])
const row = await cellar
  .from(pictures)
  .where((c) => c.id.eq(1))
  .first()
console.log(row?.image) // { kind: 'image', url: 'cellar:<sha256>.jpg', sha256: '…', mime: 'image/jpeg' }
if (row) console.log((await cellar.readMedia(row.thumb)).byteLength)
// #endregion
assert.ok(row)
assert.match(row.image.url, /^cellar:[0-9a-f]{64}\.jpg$/)
assert.equal(row.grey.mime, 'image/avif')
assert.equal(row.poster.mime, 'image/webp')
assert.match(row.inline, /^data:image\/webp;base64,/)
const all = await cellar
  .from(pictures)
  .select((c) => ({ id: c.id, sha256: c.image.sha256, source: c.source.url }))
  .orderBy((r) => r.id.asc())
  .collect()
assert.equal(new Set(all.map(({ sha256 }) => sha256)).size, 1)
assert.equal(all[3]?.source, 'https://example.com/cat.jpg')

for (const [image, code] of [
  [new Uint8Array([0xff, 0xd8, 0xff, 0]), 'MEDIA_CORRUPT'],
  [new TextEncoder().encode('<html></html>'), 'MEDIA_WRONG_KIND'],
  ['http://127.0.0.1/cat.jpg', 'MEDIA_URL_REFUSED'],
  ['no-such-file.jpg', 'MEDIA_UNREADABLE'],
] as const)
  await assert.rejects(cellar.insert(pictures, { id: 9, image }), { code })
