import Fastify from 'fastify'
import pg from 'pg'
import { listenByHand } from '../support/listen-by-hand.ts'

/** What a good engineer writes by hand: JSON Schema both ways, and one statement for all rows. */
const pool = new pg.Pool({ connectionString: process.env.BENCH_DATABASE_URL, max: 10 })
await pool.query(
  'create table if not exists hand_notes (id bigint primary key, text text not null, shout text not null)',
)
const app = Fastify({ bodyLimit: 16 * 1024 ** 2 })

const id = { type: 'integer' } as const
const text = { type: 'string' } as const
const body = {
  type: 'array',
  items: { type: 'object', additionalProperties: false, required: ['id', 'text'], properties: { id, text } },
} as const
const rows = { type: 'array', items: { type: 'object', properties: { id, text, shout: text } } } as const
const answer = { type: 'object', properties: { count: id, rows, errors: { type: 'array' } } } as const

app.post<{ Body: readonly { readonly id: number; readonly text: string }[] }>(
  '/notes',
  { schema: { body, response: { 200: answer } } },
  async ({ body: notes }) => {
    const result = await pool.query({
      name: 'insert',
      text: `insert into hand_notes (id, text, shout) select * from unnest($1::bigint[], $2::text[], $3::text[])
        returning id, text, shout`,
      values: [
        notes.map((note) => note.id),
        notes.map((note) => note.text),
        notes.map((note) => note.text.toUpperCase()),
      ],
    })
    return { count: result.rows.length, rows: result.rows, errors: [] }
  },
)

await listenByHand(app, () => pool.end())
