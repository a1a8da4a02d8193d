import { defineFunction, defineTable, t } from 'cellar'
import { TableRouter } from 'cellar/serve'
import { beforeAll } from 'vitest'
import { type Scene, useCellar } from './use-cellar.ts'

const shout = defineFunction({
  name: 'batchesTestShout',
  args: { text: t.string() },
  returns: t.string(),
  run: ({ text }) => {
    if (text === 'boom') throw new TypeError('secret /srv/app.ts')
    return text.toUpperCase()
  },
})

export const notes = defineTable('notes', {
  id: t.int().primaryKey(),
  text: t.string(),
  code: t.string().nullable().unique(),
  owner: t.string().nullable(),
  meta: t.json<{ a: number }>().nullable(),
}).computed('loud', (c) => shout({ text: c.text }))
export const pictures = defineTable('pictures', {
  id: t.int().primaryKey(),
  photo: t.image(),
  scan: t.image().nullable(),
  title: t.string(),
  meta: t.json<{ a: number }>().nullable(),
})

/** What the handler of a route saw: the row, and how many rows there were then. */
export const handled: unknown[] = []
/** Small, so that tests can go beyond them. */
const limits = { body: 2_000, array: 20_000, ndjson: 60_000, line: 2_000, rows: 600, parts: 20 }
const api = new TableRouter({ limits })
  .addInsertRoute(notes, { path: '/notes', outputs: ['id', 'text', 'loud'] })
  .addInsertRoute(notes, { path: '/choose', outputs: ['id', 'text', 'loud'], onError: 'caller' })
  .addInsertRoute(notes, { path: '/store', outputs: ['id', 'loud'], onError: 'store' })
  .addInsertRoute(notes, {
    path: '/mine',
    inputs: ['id', 'text'],
    set: { owner: async (c) => `${c.req.header('x-user')}` },
    outputs: ['id', 'owner'],
  })
  .addInsertRoute(notes, {
    path: '/handled',
    outputs: ['id', 'loud'],
    handler: async (row, { cellar }) => {
      if (row.loud === 'REFUSE') throw new Error('refused by the handler')
      handled.push([row.id, await cellar.from(notes).count()])
      return { ...row, loud: `${row.loud}!` }
    },
  })
  .addUpdateRoute(notes, { path: '/notes/update', inputs: ['text', 'code'], outputs: ['id', 'text', 'loud'] })
  .addUpdateRoute(notes, {
    path: '/notes/shape',
    inputs: ['text'],
    outputs: ['id', 'loud'],
    handler: (row) => ({ ...row, loud: `${row.loud}?` }),
  })
  .addUpdateRoute(notes, { path: '/notes/:id', method: 'patch', inputs: ['text'], outputs: ['id', 'text'] })
  .addUpsertRoute(notes, { path: '/notes/upsert', method: 'put', outputs: ['id', 'text', 'code', 'loud'] })
  .addUpsertRoute(notes, { path: '/upsert/:id', inputs: ['text'], outputs: ['id', 'text'] })
  .addComputeRoute(notes, { path: '/preview', inputs: ['text'], outputs: ['loud'] })
  .addDeleteRoute(notes, { path: '/notes/delete' })
  .addDeleteRoute(notes, { path: '/notes', method: 'delete', matchColumns: ['owner', 'text'] })
  .addInsertRoute(pictures, { path: '/pictures', uploadInputs: ['photo', 'scan'] })
  .addUpdateRoute(pictures, {
    path: '/pictures/update',
    uploadInputs: ['photo', 'scan'],
    outputs: ['id', 'title', 'scan'],
  })
  .addInsertRoute(pictures, { path: '/file', uploadInputs: ['photo'], outputs: ['photo'], returnFile: true })

export interface Reply {
  readonly status: number
  readonly body: Record<string, unknown>
}

export interface BatchScene extends Scene {
  /** All texts, by id. */
  texts(): Promise<string[]>
}

/** A database for the routes that take lists. */
export function useBatches(): BatchScene {
  const scene = useCellar([notes, pictures])
  beforeAll(() => {
    api.bind(scene.cellar)
  })
  const texts = async () => {
    const rows = await scene.cellar
      .from(notes)
      .orderBy((c) => c.id.asc())
      .select((c) => ({ text: c.text }))
      .collect()
    return rows.map(({ text }) => text)
  }
  return Object.assign(Object.create(scene) as Scene, { texts })
}

export async function send(path: string, init: RequestInit & { duplex?: 'half' }): Promise<Reply> {
  const response = await api.request(path, { method: 'POST', ...init })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}
export const json = (path: string, body: unknown, init: RequestInit = {}): Promise<Reply> =>
  send(path, {
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...init,
    headers: { 'content-type': 'application/json', ...init.headers },
  })
export const ndjson = (
  path: string,
  body: NonNullable<RequestInit['body']>,
  type = 'application/x-ndjson',
): Promise<Reply> => send(path, { body, headers: { 'content-type': type }, duplex: 'half' })
export const lines = (rows: readonly unknown[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('')

export const note = (id: number, text = `t${id}`) => ({ id, text })
export const written = (id: number, text = `t${id}`) => ({ id, text, loud: text.toUpperCase() })
