import { randomBytes } from 'node:crypto'
import type { Session } from '../database/database.ts'

const KEY_BYTES = 32

/** A secret of the database, for signatures that every process checks; the first one that asks makes it. */
export async function loadSecret(session: Session, name: 'media-url-key' | 'cursor-key'): Promise<Uint8Array> {
  const { rows } = await session.execute<{ readonly value: string }>({
    text: `with made as (
        insert into cellar.settings (name, value) values ($1, $2) on conflict (name) do nothing returning value)
      select value from made union all select value from cellar.settings where name = $1 limit 1`,
    values: [name, randomBytes(KEY_BYTES).toString('base64')],
  })
  const [row] = rows
  // Lost a race: the winner's row is invisible to the statement that met it, but not to the next one.
  return row ? Buffer.from(row.value, 'base64') : loadSecret(session, name)
}
