import { acquireWithin, type ConnectionSource, type Lease } from './connection-source.ts'
import type { Statement, StreamOptions } from './database.ts'
import { Deadline } from './deadline.ts'

const BATCH = 1000
const CURSOR = 'cellar_stream'

/** Rows through a cursor. */
export async function* streamRows<R>(
  source: ConnectionSource,
  statement: Statement,
  options: StreamOptions,
): AsyncGenerator<R[], void, undefined> {
  using deadline = new Deadline(undefined, options.signal, 'The stream')
  const reader: Reader = { source, deadline, statement, batch: options.batch ?? BATCH }
  yield* source.mode === 'server' ? streamInTransaction<R>(reader) : streamHeld<R>(reader)
}

interface Reader {
  readonly source: ConnectionSource
  readonly deadline: Deadline
  readonly statement: Statement
  readonly batch: number
}

/** A slow reader holds a connection, so these count as dedicated. */
async function* streamInTransaction<R>({ source, deadline, statement, batch }: Reader): AsyncGenerator<R[]> {
  const lease = await acquireWithin(source, deadline, true)
  try {
    const { text, values = [] } = statement
    const declare = { text: `declare ${CURSOR} no scroll cursor for ${text}`, values }
    await deadline.race(lease.connection.execute(declare, ['BEGIN READ ONLY']))
    const fetch: Statement = { text: `fetch forward ${batch} from ${CURSOR}`, raw: statement.raw ?? false }
    for (;;) {
      const { rows } = await deadline.race(lease.connection.execute<R>(fetch))
      if (rows.length > 0) yield rows
      if (rows.length < batch) return
    }
  } finally {
    if (deadline.expired) await lease.cancel()
    if (!lease.connection.broken) await lease.connection.execute({ text: 'ROLLBACK' }).catch(() => {})
    lease.release()
  }
}

let heldCursors = 0

/** Embedded, nobody else could work while a reader holds the only session: Postgres keeps the rows instead, and each batch is a unit. */
async function* streamHeld<R>({ source, deadline, statement, batch }: Reader): AsyncGenerator<R[]> {
  const unit = async <T>(body: (lease: Lease) => Promise<T>): Promise<T> => {
    const lease = await acquireWithin(source, deadline, false)
    try {
      return await body(lease)
    } finally {
      lease.release()
    }
  }
  let name: string | undefined
  try {
    await unit(async ({ connection }) => {
      name = heldCursorName(connection.client.secretKey ?? 0, ++heldCursors)
      const { text, values = [] } = statement
      await connection.execute({ text: `declare ${name} no scroll cursor with hold for ${text}`, values })
    })
    const fetch: Statement = { text: `fetch forward ${batch} from ${name}`, raw: statement.raw ?? false }
    for (;;) {
      const { rows } = await unit(({ connection }) => connection.execute<R>(fetch))
      if (rows.length > 0) yield rows
      if (rows.length < batch) return
    }
  } finally {
    await closeHeld(source, name)
  }
}

async function closeHeld(source: ConnectionSource, name: string | undefined): Promise<void> {
  if (name === undefined) return
  try {
    const lease = await source.acquire({})
    await lease.connection.execute({ text: `close ${name}` }).finally(() => lease.release())
  } catch {
    // It never opened, or its session is gone.
  }
}

/** The owner of a home finds the cursors of a client that died by this name. */
function heldCursorName(sessionId: number, count: number): string {
  return `${heldCursorPrefix(sessionId)}${count}`
}

export function heldCursorPrefix(sessionId: number): string {
  return `${CURSOR}_${sessionId}_`
}
