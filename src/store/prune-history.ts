import type { CatalogTable } from '../catalog/catalog.ts'
import { keepMilliseconds } from '../schema/history.ts'
import type { StoreContext } from './context.ts'

const BATCH = 10_000

export interface PruneOptions {
  readonly signal?: AbortSignal
  /** @default now */
  readonly now?: Date
}

/** Removes former rows that ended longer ago than their table keeps them; gives how many. */
export async function pruneHistory(
  { database, catalog }: Pick<StoreContext, 'database' | 'catalog'>,
  { signal, now = new Date() }: PruneOptions = {},
): Promise<number> {
  let removed = 0
  for (const table of await catalog.list()) {
    const keep = keepMilliseconds(table.spec.history)
    if (keep === undefined) continue
    const before = new Date(now.getTime() - keep)
    for (;;) {
      if (signal?.aborted) return removed
      const { count } = await database.execute({ text: pruneSql(table), values: [before, BATCH] })
      removed += count
      if (count < BATCH) break
    }
  }
  return removed
}

/** A version that is older than the limit ended its rows before it; so did all smaller ones. */
function pruneSql({ sql }: CatalogTable): string {
  return `delete from ${sql.history} where ctid = any (array(
    select h.ctid from ${sql.history} h
    where h._ended <= (select max(version) from cellar.versions where at < $1::timestamptz) limit $2::int8))`
}
