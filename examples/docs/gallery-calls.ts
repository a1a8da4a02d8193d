import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { open } from 'cellar'
import { CellarClientError, createClient } from 'cellar/client'
import { serve } from 'cellar/serve'
import { admin, gallery, mine } from './gallery.ts'

const cat = new URL('../contract/cat.jpg', import.meta.url)
const bytes = await readFile(cat)

// #region serve
const cellar = await open()
await cellar.apply([gallery, mine, admin]) // the tables that the routes use; `cellar dev` does it
const server = await serve([gallery, mine, admin], { cellar, port: 0 })
const { url } = server
// #endregion

// #region client
const client = createClient<typeof gallery>({ baseUrl: `${url}/gallery` })

const added = await client.call('/pictures', { title: 'A Cat', picture: cat })
console.log(added.slug, added.thumb) // 'a-cat', the address of a small picture
const row = await client.call('/pictures/:id', { id: added.id }, { method: 'get' })
const changed = await client.call('/pictures/:id', { id: added.id, stars: 5 }, { method: 'patch' })
const preview = await client.call('/pictures/preview', { title: 'Not Stored', picture: cat })
// #endregion
assert.equal(added.slug, 'a-cat')
assert.equal(row.title, 'A Cat')
assert.deepEqual(changed, { id: added.id, title: 'A Cat', slug: 'a-cat', stars: 5 })
assert.equal(preview.slug, 'not-stored')
const file = await fetch(added.thumb)
assert.match(file.headers.get('cache-control') ?? '', /immutable/)

// #region files
await client.call('/pictures', { title: 'Bytes', picture: bytes }) // a Uint8Array, also File and Blob
await client.call('/pictures', { title: 'A path', picture: cat }) // a file: URL, on Node
await client.call('/pictures', { title: 'A stream', picture: new Blob([bytes]).stream() }) // sent as it is read
// #endregion

// #region many
const batch = await client.callMany(
  '/pictures',
  [
    { title: 'First', picture: cat },
    { title: '', picture: cat }, // too short
    { title: 'Third', picture: cat },
  ],
  { onInvalid: 'skip' },
)
console.log(batch.count, batch.rows, batch.errors) // 2, two rows, [{ index: 1, column: 'title', … }]
// #endregion
assert.equal(batch.count, 2)
assert.deepEqual([batch.errors[0]?.index, batch.errors[0]?.column], [1, 'title'])

// #region key
const key = crypto.randomUUID() // kept with the order, the message, the line of a file that the row comes from
const once = await client.call('/pictures', { title: 'Once', picture: bytes }, { idempotencyKey: key })
const again = await client.call('/pictures', { title: 'Once', picture: bytes }, { idempotencyKey: key })
console.log(again.id === once.id) // true: nothing was inserted by the second call
// #endregion
assert.equal(again.id, once.id)

// #region if-match
let ifMatch = ''
await client.call(
  '/pictures/:id',
  { id: added.id },
  {
    method: 'get',
    onResponse: ({ headers }) => {
      ifMatch = headers.get('etag') ?? ''
    },
  },
)
await client.call('/pictures/:id', { id: added.id, title: 'The Cat' }, { method: 'patch', ifMatch })
try {
  await client.call('/pictures/:id', { id: added.id, title: 'My Cat' }, { method: 'patch', ifMatch })
} catch (error) {
  if (!(error instanceof CellarClientError)) throw error
  console.log(error.status, error.code) // 412, 'PRECONDITION_FAILED': the row has changed since it was read
}
// #endregion
const kept = await client.call('/pictures/:id', { id: added.id }, { method: 'get' })
assert.equal(kept.title, 'The Cat')

// #region job
const job = await client.call('/pictures/import', { title: 'Later', picture: cat })
for await (const done of job.progress) console.log(done) // from 0 to 1; ends with the job
const imported = await job.wait() // the outputs of the route, or its error is thrown
// #endregion
assert.match(imported.thumb, /\/gallery\/media\//)

// #region cancel
const unwanted = await client.call('/pictures/import', { title: 'Never', picture: cat })
await unwanted.cancel().catch((error) => {
  if (error.status !== 409) throw error // it has ended already
})
// #endregion

// #region file
const thumb = await client.call('/thumbs', { picture: cat }) // a Blob
// #endregion
assert.equal(thumb.type, 'image/jpeg')

// #region pages
let after: string | null = null
do {
  const page: { rows: { title: string }[]; next: string | null } = await client.call(
    '/pictures/search',
    { text: '', limit: 3, after },
    { method: 'get' },
  )
  for (const { title } of page.rows) console.log(title)
  after = page.next
} while (after !== null)
// #endregion

// #region streams
const lines = await fetch(`${url}/gallery/pictures/search`, { headers: { accept: 'application/x-ndjson' } }) // a row a line
const table = await fetch(`${url}/gallery/pictures/search?limit=10`, { headers: { accept: 'text/csv' } })
// #endregion
assert.ok((await lines.text()).trim().split('\n').length >= 7)
assert.match(await table.text(), /^id,title,stars,thumb\r\n/)

// #region users
const ann = createClient<typeof mine>({ baseUrl: `${url}/mine`, headers: () => ({ authorization: 'Bearer secret' }) })
const sketch = await ann.call('/sketches', { sketch: cat }, { method: 'post' }) // the path has two methods
console.log(sketch.grey) // …?expires=…&signature=…: good for one to two hours
const { rows: own } = await ann.call('/sketches', {}, { method: 'get' })
// #endregion
assert.deepEqual(
  own.map(({ id }) => id),
  [sketch.id],
)
assert.match(sketch.grey, /\?expires=\d+&signature=/)
assert.equal((await fetch(`${url}/mine/sketches`)).status, 401)

// #region table-routes
const office = createClient<typeof admin>({ baseUrl: `${url}/admin`, headers: { authorization: 'Bearer secret' } })
const best = await office.call('/pictures', { 'stars.gte': 4, sort: '-stars,title', limit: 20 }, { method: 'get' })
await office.call('/pictures/:id', { id: added.id }, { method: 'delete' })
// #endregion
assert.deepEqual(
  best.rows.map(({ title }) => title),
  ['The Cat'],
)
assert.equal((await fetch(`${url}/gallery/pictures/${added.id}`)).status, 404)

const described = (await (await fetch(`${url}/openapi.json`)).json()) as { paths: object }
assert.ok('/gallery/pictures/{id}' in described.paths)

await server.close()
await cellar.close()
