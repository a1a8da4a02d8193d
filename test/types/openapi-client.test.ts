import { execFile, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { Validator } from '@seriousme/openapi-schema-validator'
import { defineQuery, defineTable, t } from 'cellar'
import { createApp, TableRouter } from 'cellar/serve'
import { expect, it } from 'vitest'
import { z } from 'zod'

const root = join(import.meta.dirname, '../..')

const photos = defineTable('photos', {
  id: t.uuid().primaryKey(),
  photo: t.image(),
  scan: t.document().nullable(),
  title: t.string(),
  tags: t.array(t.string()).nullable(),
  meta: t.json(z.object({ wide: z.boolean() })).nullable(),
  taken: t.timestamp().nullable(),
  price: t.decimal(10, 2).nullable(),
  views: t.bigint().default(0n),
  bytes: t.binary().nullable(),
}).computed('slug', (c) => c.title.lower())
const search = defineQuery('search', { word: t.string() }, ({ word }, { from }) =>
  from(photos).where((c) => c.title.contains(word)),
)
const api = new TableRouter({ prefix: '/api', tags: ['photos'], auth: () => null, rateLimit: { requests: 9 } })
  .addInsertRoute(photos, { path: '/photos', uploadInputs: ['photo', 'scan', 'bytes'] })
  .addUpdateRoute(photos, { path: '/photos/:id', method: 'patch', uploadInputs: ['photo'] })
  .addInsertRoute(photos, { path: '/later', background: true })
  .addQueryRoute(search, { path: '/search', method: 'get' })
  .addComputeRoute(photos, { path: '/file', uploadInputs: ['photo'], inputs: [], outputs: ['photo'], returnFile: true })
  .addTableRoutes(photos, { path: '/table' })
api.post('/add', api.describe({ input: photos.schemas.insert, output: photos.schemas.row }), (c) => c.json({}))
api.get('/find/:word{[a-z]+}', api.describe({ input: z.object({ word: z.string(), n: z.number() }) }), (c) =>
  c.json({}),
)
api.put('/nothing', api.describe({}), (c) => c.json({}))

const document = async () => (await createApp(api).request('/openapi.json')).json() as Promise<Record<string, unknown>>

it('the OpenAPI document is valid', async () => {
  const { valid, errors } = await new Validator().validate(await document())
  expect(errors).toBeUndefined()
  expect(valid).toBe(true)
})

it('a client is generated from it that compiles, with files as files', async () => {
  const folder = await mkdtemp(join(root, 'node_modules/.openapi-client-'))
  try {
    await writeFile(join(folder, 'api.ts'), await generate(JSON.stringify(await document())))
    await writeFile(join(folder, 'use.ts'), USE)
    const options = [
      '--noEmit',
      '--strict',
      '--skipLibCheck',
      'false',
      '--module',
      'nodenext',
      '--target',
      'es2024',
      '--types',
      '',
    ]
    const compile = promisify(execFile)(join(root, 'node_modules/.bin/tsc'), [...options, '--ignoreConfig', 'use.ts'], {
      cwd: folder,
    })
    await compile.catch((error: Error & { readonly stdout: string }) => {
      throw new Error(`the client does not compile: ${error.stdout || error.message}`)
    })
  } finally {
    await rm(folder, { recursive: true })
  }
})

async function generate(input: string): Promise<string> {
  const program = spawn(process.execPath, [join(root, 'tools/openapi/generate.mjs')])
  const output = Promise.all([text(program.stdout), text(program.stderr)])
  program.stdin.end(input)
  const [out, problems] = await output
  expect(problems).toBe('')
  return out
}

/** A wrong line would not compile, and a `@ts-expect-error` without an error neither. */
const USE = `
import type { operations, paths } from './api.js'
type Form<O extends keyof operations> =
  operations[O] extends { requestBody?: { content: { 'multipart/form-data': infer F } } } ? F : never
type Reply<O extends keyof operations> =
  operations[O]['responses'] extends { 200: { content: { 'application/json': infer R } } } ? R : never
declare const file: Blob
export const insert: Form<'insertPhotos'> = { id: 'x', title: 'A', photo: file, views: '1' }
export const added: Form<'postAdd'> = { id: 'x', title: 'A', photo: file, views: '1' }
// @ts-expect-error a file is no text
export const wrong: Form<'insertPhotos'> = { id: 'x', title: 'A', photo: 'x', views: '1' }
export const query: operations['getFindByWord']['parameters'] = { path: { word: 'a' }, query: { n: 1 } }
export const slug = (reply: Reply<'postAdd'>): string => reply.slug
export const sent: operations['computeFile']['responses'][200]['content']['image/*'] = file
export const job: paths['/api/later']['post']['responses'][202]['content']['application/json'] = { id: 'x', job_url: 'y' }
`
