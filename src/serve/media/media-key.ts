import { randomBytes } from 'node:crypto'
import type { Database } from '../../database/database.ts'

const NAME = 'media-url-key'
const KEY_BYTES = 32

/** The secret behind signed media URLs; the first process that asks makes it. */
export async function loadMediaKey(database: Database): Promise<Uint8Array> {
  const { rows } = await database.execute<{ readonly value: string }>({
    text: `with made as (
        insert into cellar.settings (name, value) values ($1, $2) on conflict (name) do nothing returning value)
      select value from made union all select value from cellar.settings where name = $1 limit 1`,
    values: [NAME, randomBytes(KEY_BYTES).toString('base64')],
  })
  const [row] = rows
  // Lost a race: the winner's row is invisible to the statement that met it, but not to the next one.
  return row ? Buffer.from(row.value, 'base64') : loadMediaKey(database)
}
