import assert from 'node:assert/strict'
import { open } from 'cellar'
import { createClient } from 'cellar/client'
import { createApp, serve } from 'cellar/serve'
import { Hono } from 'hono'
import { api, photos } from '../endpoints/declared/app.ts'
import { desk, type retitled, titles } from './desk.ts'

const oldRows = [
  { id: '00000000-0000-4000-8000-000000000001', photo: 'cat.jpg', title: 'A Cat', tags: ['cat'], taken: new Date(0) },
  { id: '00000000-0000-4000-8000-000000000002', photo: 'dog.jpg', title: 'A Dog', tags: null, taken: new Date(1) },
]
const oldMedia = new URL('../contract/', import.meta.url)

const cellar = await open()
await cellar.apply([api, titles])

// #region move-rows
/** The plain columns of the old table; what is computed is computed again. */
async function* readOldPhotos() {
  for (const { photo, ...row } of oldRows) yield { ...row, photo: new URL(photo, oldMedia) }
}
const moved = await cellar.insert(photos, readOldPhotos())
console.log(moved.count)
// #endregion
assert.equal(moved.count, 2)
assert.deepEqual(
  await cellar
    .from(photos)
    .orderBy((c) => c.taken.asc())
    .select((c) => ({ slug: c.slug, width: c.width.gt(0) }))
    .collect(),
  [
    { slug: 'a-cat', width: true },
    { slug: 'a-dog', width: true },
  ],
)

// #region beside
const app = new Hono()
app.get('/reports', (c) => c.json({ written: 'by hand' })) // what is not replaced yet
app.route('/', createApp([api, desk], { cellar }))
// #endregion
assert.deepEqual(await (await app.request('/reports')).json(), { written: 'by hand' })
assert.equal((await app.request(`/api/photos/${oldRows[0]?.id}`)).status, 200)

// #region return-rows
const { rows } = await cellar.insert(
  photos,
  [{ photo: new URL('cat.jpg', oldMedia), title: 'A Second Cat', tags: null }],
  { returnRows: true },
)
const [{ id, slug, thumb }] = rows // of this insert, whatever others write meanwhile
// #endregion
assert.equal(slug, 'a-second-cat')
assert.match(thumb.url, /^cellar:[0-9a-f]{64}\.jpg$/)

const server = await serve([api, desk], { cellar, port: 0 })

// #region client
const client = createClient<typeof api>({ baseUrl: `${server.url}/api` })
const found = await client.call('/photos/search', { text: 'Cat' })
const job = await client.call('/photos/import', { photo: new URL('dog.jpg', oldMedia), title: 'Later' })
const imported = await job.wait()
// #endregion
assert.equal(found.rows.length, 2)
assert.equal(imported.slug, 'later')

// #region described
const clerk = createClient<typeof retitled>({ baseUrl: `${server.url}/desk` })
const answer = await clerk.call('/photos/:id/title', { id, title: 'The Cat' })
// #endregion
assert.equal(answer.slug, 'the-cat')
assert.match(answer.thumb, /^http:.*\/desk\/media\//)
assert.deepEqual(
  (await cellar.from(titles).collect()).map(({ before, after }) => [before, after]),
  [['A Second Cat', 'The Cat']],
)
await assert.rejects(clerk.call('/photos/:id/title', { id: '7', title: 'x' }), { status: 422 })
for (const title of [undefined, 'x'.repeat(201)])
  await assert.rejects(clerk.call('/photos/:id/title', { id, title }), { status: 422 })
const unknown = { id: '00000000-0000-4000-8000-000000000009', title: 'x' }
await assert.rejects(clerk.call('/photos/:id/title', unknown), { status: 404 })

await server.close()
await cellar.close()
