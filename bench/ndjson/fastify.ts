import { Readable } from 'node:stream'
import Fastify from 'fastify'
import pg from 'pg'
import { listenByHand } from '../support/listen-by-hand.ts'

/** What a good engineer writes by hand: a cursor in a transaction, a thousand rows at a time. */
const pool = new pg.Pool({ connectionString: process.env.BENCH_DATABASE_URL, max: 10 })
const app = Fastify()

async function* lines(select: string): AsyncGenerator<string> {
  const client = await pool.connect()
  try {
    await client.query('begin read only')
    await client.query(`declare rows no scroll cursor for ${select}`)
    for (;;) {
      const { rows } = await client.query('fetch forward 1000 from rows')
      if (rows.length === 0) return
      yield `${rows.map((row) => JSON.stringify(row)).join('\n')}\n`
    }
  } finally {
    await client.query('rollback')
    client.release()
  }
}

const columns = 'id::int, name, score, at, tags'
for (const [path, order] of [
  ['/all', ''],
  ['/ordered', ' order by id'],
] as const) {
  app.get(path, (_, reply) =>
    reply
      .type('application/x-ndjson')
      .send(Readable.from(lines(`select ${columns} from cellar_data.events${order}`), { objectMode: false })),
  )
}

await listenByHand(app, () => pool.end())
