import { randomUUID } from 'node:crypto'
import type { Session } from '../database/database.ts'

const DAY = 24 * 3600 * 1000
const dayOf = (time: number) => new Date(time).toISOString().slice(0, 10).replaceAll('-', '')

/** A name for a table that lives as long as a query: it begins with the day, so that leftovers of a crash can be told. */
export function scratchName(): string {
  return `scratch_${dayOf(Date.now())}_${randomUUID().replaceAll('-', '')}`
}

/** Drops tables that ended processes left behind a day ago or earlier. */
export async function dropOldScratch(session: Session, now = Date.now()): Promise<void> {
  const { rows } = await session.execute<{ name: string }>({
    text: String.raw`select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = 'cellar' and c.relkind = 'r' and c.relname like 'scratch\_%' and substr(c.relname, 9, 8) < $1`,
    values: [dayOf(now - DAY)],
  })
  for (const { name } of rows) await session.execute({ text: `drop table if exists cellar."${name}"` })
}
