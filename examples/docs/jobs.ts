import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { defineTable, open, t } from 'cellar'
import { createClient } from 'cellar/client'
import { background, serve, TableRouter } from 'cellar/serve'
import { z } from 'zod'

const notes = defineTable('notes', { id: t.int().primaryKey(), title: t.string() }).computed('loud', (c) =>
  c.title.upper(),
)
const secret = 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY='

// #region verify
import { createHmac, timingSafeEqual } from 'node:crypto'

/** Whether a request came from the router: `text` is its body, as it came. */
function isGenuine(headers: Headers, text: string): boolean {
  const [id, time] = [headers.get('webhook-id'), headers.get('webhook-timestamp')]
  if (Math.abs(Date.now() / 1000 - Number(time)) > 300) return false // old ones may be repeated by others
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
  const expected = Buffer.from(`v1,${createHmac('sha256', key).update(`${id}.${time}.${text}`).digest('base64')}`)
  const given = Buffer.from(headers.get('webhook-signature') ?? '')
  return given.length === expected.length && timingSafeEqual(given, expected)
}
// #endregion

const told = Promise.withResolvers<{ headers: Headers; text: string }>()
const receiver = createServer(async (request, response) => {
  const text = Buffer.concat(await Array.fromAsync(request)).toString()
  told.resolve({ headers: new Headers(request.headers as Record<string, string>), text })
  response.end()
}).listen(0, '127.0.0.1')
await once(receiver, 'listening')
const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/jobs`

// #region policies
const api = new TableRouter({
  prefix: '/api',
  jobs: {
    keep: '30d', // finished jobs; 7d unless said otherwise
    maxQueued: 1_000, // waiting jobs; beyond it 503 JOBS_FULL
    webhook: { url, secret, allowPrivate: true }, // this one listens on this machine
  },
}).addInsertRoute(notes, { path: '/notes', background: true })
// #endregion

// #region background
const reports = new TableRouter({ prefix: '/reports' })

export const letters = reports.post(
  '/letters',
  reports.describe({
    output: z.object({ count: z.int() }),
    background: true,
    summary: 'Count the letters of all titles',
  }),
  async (c) => {
    const { cellar } = c.var
    const job = await background(c, async ({ signal, progress }) => {
      let [count, done] = [0, 0]
      const all = await cellar.from(notes).count()
      for await (const { title } of cellar.from(notes).stream()) {
        signal.throwIfAborted() // somebody cancelled it
        count += title.length
        progress(++done / all)
      }
      return { count }
    })
    return c.json(job, 202)
  },
)
// #endregion

const cellar = await open()
await cellar.apply([notes])
const server = await serve([api, reports], { cellar, port: 0 })
const accepted = await fetch(`${server.url}/api/notes`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ id: 1, title: 'a' }),
})
const { job_url: jobUrl } = (await accepted.json()) as { job_url: string }

// #region events
const answer = await fetch(jobUrl, { headers: { accept: 'text/event-stream' } })
for await (const text of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) console.log(text) // data: {"id":…
// #endregion

const { headers, text } = await told.promise
assert.ok(isGenuine(headers, text))
assert.ok(!isGenuine(headers, `${text} `))
assert.deepEqual((JSON.parse(text) as { result: unknown }).result, { id: 1, title: 'a', loud: 'A' })
const job = await createClient<typeof letters>({ baseUrl: `${server.url}/reports` }).call('/letters', {})
assert.deepEqual(await job.wait(), { count: 1 })
await server.close()
await cellar.close()
receiver.close()
