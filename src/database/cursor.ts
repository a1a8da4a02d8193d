import { acquireWithin, type ConnectionSource, type Lease } from './connection-source.ts'
import type { Statement, StreamOptions } from './database.ts'
import { Deadline } from './deadline.ts'

const BATCH = 1000
const CURSOR = 'cellar_stream'

/** Rows through a cursor. A slow reader holds a connection, so these count as dedicated. */
export async function* streamRows<R>(
  source: ConnectionSource,
  statement: Statement,
  options: StreamOptions,
): AsyncGenerator<R[], void, undefined> {
  using deadline = new Deadline(undefined, options.signal, 'The stream')
  const lease = await acquireWithin(source, deadline, true)
  try {
    const { text, values = [] } = statement
    const declare = `declare ${CURSOR} no scroll cursor for ${text}`
    await deadline.race(lease.connection.execute({ text: declare, values }, ['BEGIN READ ONLY']))
    yield* fetchAll<R>(lease, deadline, { batch: options.batch ?? BATCH, raw: statement.raw ?? false })
  } finally {
    if (deadline.expired) await lease.cancel()
    if (!lease.connection.broken) await lease.connection.execute({ text: 'ROLLBACK' }).catch(() => {})
    lease.release()
  }
}

async function* fetchAll<R>(
  lease: Lease,
  deadline: Deadline,
  how: { batch: number; raw: boolean },
): AsyncGenerator<R[]> {
  const fetch: Statement = { text: `fetch forward ${how.batch} from ${CURSOR}`, raw: how.raw }
  for (;;) {
    const { rows } = await deadline.race(lease.connection.execute<R>(fetch))
    if (rows.length > 0) yield rows
    if (rows.length < how.batch) return
  }
}
