import assert from 'node:assert/strict'
import { openAsBlob } from 'node:fs'
import { open } from 'cellar'
import { CellarClientError, createClient } from 'cellar/client'
import { createApp, serve } from 'cellar/serve'
import { Hono } from 'hono'
import { bounded, catalog, checked, gallery, imports, mine, shop, small, stock } from './shop.ts'

const photo = await openAsBlob(new URL('../contract/cat.jpg', import.meta.url))

// #region serve
const cellar = await open()
await cellar.apply([shop, catalog, imports, mine, checked, small, stock]) // the tables that their routes use
const server = await serve([shop, catalog, imports, mine, checked, small, stock], { cellar, port: 0 })
console.log(server.url) // http://127.0.0.1:<port>
// #endregion
const { url } = server

const limited = createApp(bounded, { cellar })
const statuses = []
for (let n = 0; n < 3; n += 1) statuses.push((await limited.request('/bounded/cheap?below=50')).status)
assert.deepEqual(statuses, [200, 200, 429])

// #region client
const client = createClient<typeof shop>({ baseUrl: `${url}/shop`, headers: { 'x-owner': 'bob' } })

const { id, thumb } = await client.call('/items', { title: 'Red Chair', price: '20.00', photo })
const item = await client.call('/items/:id', { id }, { method: 'get' })
const changed = await client.call('/items/:id', { id, title: 'Blue Chair' }, { method: 'patch' })
const { rows } = await client.call('/cheap', { below: '50' }, { method: 'get' })
// #endregion
assert.match(thumb, /^http:\/\/127\.0\.0\.1:\d+\/shop\/media\/[0-9a-f]{64}\.webp$/)
assert.equal(item.title, 'Red Chair')
assert.deepEqual(changed, { title: 'Blue Chair', slug: 'blue-chair' })
assert.deepEqual(rows, [{ id, title: 'Blue Chair', price: '20.00' }])

const pictures = createApp(gallery, { cellar })
const shown = (await (await pictures.request(`/gallery/items/${id}`)).json()) as { photo: string }
const made = await pictures.request(`${shown.photo}?preset=small`)
assert.equal(made.headers.get('content-type'), 'image/webp')
assert.equal((await pictures.request(`${shown.photo}?preset=huge`)).status, 422)
assert.deepEqual(await client.call('/items/preview', { title: 'A Desk' }), { slug: 'a-desk' })

const importer = createClient<typeof imports>({ baseUrl: `${url}/imports` })
const job = await importer.call('/items', { title: 'Lamp', owner: 'ann', photo })
const lamp = await job.wait({ onProgress: (done) => console.log(done) })
const picture = await importer.call('/thumbs', { title: 'Vase', owner: 'ann', photo }) // a Blob
assert.match(lamp.thumb, /\/imports\/media\//)
assert.equal(picture.type, 'image/webp')

// #region client-errors
try {
  await client.call('/items', { title: 'x'.repeat(100), photo })
} catch (error) {
  if (!(error instanceof CellarClientError)) throw error
  console.log(error.status, error.code, error.retryable, error.issues) // 422, 'INVALID_VALUE', false, […]
}
// #endregion

// A label is deferred: the workers of the server fill it.
for (let label: string | null = null; label === null; ) {
  label = (await client.call('/items/:id', { id }, { method: 'get' })).label
}

const send = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(url + path, {
    method: 'POST',
    body: body instanceof FormData ? body : JSON.stringify(body),
    headers: body instanceof FormData ? headers : { 'content-type': 'application/json', ...headers },
  })
const form = (title: string) => {
  const data = new FormData()
  data.set('title', title)
  data.set('photo', photo, 'cat.jpg')
  return data
}

const unknown = await send('/shop/items', { title: 'x', colour: 'red' })
assert.equal(unknown.status, 422)
assert.equal(unknown.headers.get('content-type'), 'application/problem+json')
assert.equal((await send('/shop/items', form('a').get('title'))).status, 400)
assert.equal((await send('/small/items', { title: 'x'.repeat(20_000) })).status, 413)
assert.equal((await fetch(`${url}/shop/items`)).status, 405)
const large = form('x')
large.set('photo', new Blob([new Uint8Array(6 * 1024 ** 2)]), 'x.jpg')
assert.equal((await send('/small/items', large)).status, 413)

const anonymous = await send('/mine/items', form('x'))
assert.equal(anonymous.status, 401)
const signedIn = await send('/mine/items', form('x'), { authorization: 'Bearer secret' })
const own = (await signedIn.json()) as { owner: string; thumb: string }
assert.equal(own.owner, 'ann')
assert.match(own.thumb, /\?expires=\d+&signature=/)
assert.equal((await fetch(own.thumb)).status, 200)
assert.equal((await fetch(own.thumb.replace(/\?.*/, ''))).status, 404)
assert.equal((await fetch(thumb)).headers.get('cache-control'), 'public, max-age=31536000, immutable')
assert.equal((await fetch(thumb, { headers: { range: 'bytes=0-9' } })).status, 206)

const inBody = `data:image/jpeg;base64,${Buffer.from(await photo.arrayBuffer()).toString('base64')}`
const refused = await send('/checked/items', { title: 'forbidden', owner: 'x', photo: inBody })
assert.equal(refused.status, 403)
const shaped = await send('/checked/items', { title: ' Bowl ', owner: 'x', photo: inBody })
assert.equal(((await shaped.json()) as { title: string }).title, 'Bowl')
for (const foreign of ['/etc/passwd', 'file:///etc/passwd', 'http://127.0.0.1/cat.jpg'])
  assert.equal((await send('/checked/items', { title: 'a', owner: 'x', photo: foreign })).status, 422)

const chairs = new FormData()
for (const [n, title] of ['Stool', 'No_Stool!', 'Bench'].entries()) {
  chairs.set(`rows[${n}].id`, `00000000-0000-4000-8000-00000000000${n}`)
  chairs.set(`rows[${n}].title`, title)
  chairs.set(`rows[${n}].photo`, photo, 'cat.jpg')
}
const put = await fetch(`${url}/stock/items?onInvalid=skip`, { method: 'PUT', body: chairs })
const stocked = (await put.json()) as { count: number; rows: { id: string }[]; errors: object[] }
assert.equal(stocked.count, 2)
assert.partialDeepStrictEqual(stocked.errors, [{ index: 1, column: 'title', code: 'PATTERN_MISMATCH' }])
const gone = await fetch(`${url}/stock/items`, {
  method: 'DELETE',
  body: JSON.stringify(stocked.rows.map((row) => ({ id: row.id }))),
  headers: { 'content-type': 'application/json' },
})
assert.deepEqual(await gone.json(), { num_rows: 2 })

assert.deepEqual(await (await fetch(`${url}/health/ready`)).json(), { status: 'ok' })
const document = (await (await fetch(`${url}/openapi.json`)).json()) as { openapi: string; paths: object }
assert.match(document.openapi, /^3\.1\./)
assert.ok('/shop/items/{id}' in document.paths)
assert.equal((await fetch(`${url}/imports/jobs`)).status, 200)

// #region mount
const api = createApp([shop, imports], { cellar }) // docs, OpenAPI and health for these routers
const app = new Hono().route('/v1', api)
const answer = await app.request('/v1/shop/cheap?below=50')
// #endregion
assert.equal(answer.status, 200)

// #region close
await server.close({ graceMs: 5_000 }) // no new requests, those under way end, jobs are given back
await cellar.close()
// #endregion
