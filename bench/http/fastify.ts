import Fastify from 'fastify'
import pg from 'pg'
import { listenByHand } from '../support/listen-by-hand.ts'

/** What a good engineer writes by hand: JSON Schema validation and serialisation, a pool, named statements. */
const pool = new pg.Pool({ connectionString: process.env.BENCH_DATABASE_URL, max: 10 })
await pool.query(
  `create table if not exists hand_notes (id bigint primary key, text text not null, shout text not null)`,
)
const app = Fastify()

const note = {
  type: 'object',
  additionalProperties: false,
  required: ['id', 'text'],
  properties: { id: { type: 'integer' }, text: { type: 'string' } },
} as const
const row = {
  type: 'object',
  properties: { id: { type: 'integer' }, text: { type: 'string' }, shout: { type: 'string' } },
} as const
const rows = { type: 'object', properties: { rows: { type: 'array', items: row } } } as const

interface Note {
  readonly id: number
  readonly text: string
}

app.post<{ Body: Note }>('/notes', { schema: { body: note, response: { 200: row } } }, async ({ body }) => {
  const { id, text } = body
  const result = await pool.query({
    name: 'insert',
    text: 'insert into hand_notes (id, text, shout) values ($1, $2, $3) returning id, text, shout',
    values: [id, text, text.toUpperCase()],
  })
  return result.rows[0]
})
app.post<{ Body: Note }>(
  '/notes/update',
  { schema: { body: note, response: { 200: row } } },
  async ({ body }, reply) => {
    const { id, text } = body
    const result = await pool.query({
      name: 'update',
      text: 'update hand_notes set text = $2, shout = $3 where id = $1 returning id, text, shout',
      values: [id, text, text.toUpperCase()],
    })
    if (result.rows.length === 0) return reply.code(404).send()
    return result.rows[0]
  },
)
const key = {
  type: 'object',
  additionalProperties: false,
  required: ['id'],
  properties: { id: { type: 'integer' } },
} as const
app.post<{ Body: { id: number } }>(
  '/notes/one',
  { schema: { body: key, response: { 200: row } } },
  async ({ body }, reply) => {
    const result = await pool.query({
      name: 'lookup',
      text: 'select id, text, shout from hand_notes where id = $1',
      values: [body.id],
    })
    if (result.rows.length === 0) return reply.code(404).send()
    return result.rows[0]
  },
)
app.post<{ Body: { id: number } }>(
  '/notes/page',
  { schema: { body: key, response: { 200: rows } } },
  async ({ body }) => {
    const result = await pool.query({
      name: 'page',
      text: 'select id, text, shout from hand_notes where id >= $1 order by id limit 100',
      values: [body.id],
    })
    return { rows: result.rows }
  },
)

await listenByHand(app, () => pool.end())
