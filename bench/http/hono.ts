import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import pg from 'pg'

/** The second baseline: the insert route by hand on Hono. */
const pool = new pg.Pool({ connectionString: process.env.BENCH_DATABASE_URL, max: 10 })
await pool.query(
  `create table if not exists hono_notes (id bigint primary key, text text not null, shout text not null)`,
)
const app = new Hono()

app.post('/notes', async (c) => {
  const body: unknown = await c.req.json()
  const { id, text } = body as { id?: unknown; text?: unknown }
  if (!Number.isSafeInteger(id) || typeof text !== 'string') return c.json({ error: 'invalid' }, 422)
  const result = await pool.query({
    name: 'insert',
    text: 'insert into hono_notes (id, text, shout) values ($1, $2, $3) returning id, text, shout',
    values: [id, text, text.toUpperCase()],
  })
  return c.json(result.rows[0])
})

const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => process.send?.({ port }))
process.on('SIGTERM', () => server.close(() => process.exit(0)))
