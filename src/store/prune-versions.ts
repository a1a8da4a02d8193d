import type { CatalogTable } from '../catalog/catalog.ts'
import { keepMilliseconds } from '../schema/history.ts'
import type { HistorySpec } from '../schema/table-spec.ts'
import type { StoreContext } from './context.ts'
import type { PruneOptions } from './prune-history.ts'

const BATCH = 20_000
/** Without history, numbers are kept for what is under way: open transactions and readers that wait for a settled one. */
const LEAST_MILLISECONDS = 86_400_000

/** The numbers of one table's operations; those of definitions and of dropped tables are two more. */
interface Numbers {
  /** Over `v`. */
  readonly whose: string
  readonly keep: number
  readonly history: string | undefined
}

/**
 * Removes the numbers of operations that nothing asks for any more, and gives how many. A number stays while its table
 * keeps history of that time, while a former row begins or ends with it, and while a fill compares rows with it. The newest
 * of each table that is older than that stays too: it tells how far back the table can be read.
 */
export async function pruneVersions(
  { database, catalog }: Pick<StoreContext, 'database' | 'catalog'>,
  { signal, now = new Date() }: PruneOptions = {},
): Promise<number> {
  let removed = 0
  for (const numbers of numbersOf(await catalog.list())) {
    if (!Number.isFinite(numbers.keep)) continue
    const newest = await database.execute<{ version: number | null }>({
      text: `select max(v.version) as version from cellar.versions v where ${numbers.whose} and v.at < $1::timestamptz`,
      values: [new Date(now.getTime() - numbers.keep)],
    })
    const limit = newest.rows[0]?.version ?? null
    if (limit === null) continue
    for (let after = 0; ; ) {
      if (signal?.aborted) return removed
      const { rows } = await database.execute<{ last: number | null; removed: number }>({
        text: pruneSql(numbers),
        values: [after, limit, BATCH],
      })
      removed += Number(rows[0]?.removed ?? 0)
      const last = rows[0]?.last ?? null
      if (last === null) break
      after = Number(last)
    }
  }
  return removed
}

function numbersOf(tables: readonly CatalogTable[]): Numbers[] {
  const own = tables.map(({ id, spec, sql }) => ({
    whose: `v.table_id = ${id}`,
    keep: keepOf(spec.history),
    history: spec.history === false ? undefined : sql.history,
  }))
  const longest = Math.max(LEAST_MILLISECONDS, ...own.map(({ keep }) => keep))
  const dropped = 'v.table_id is not null and v.table_id not in (select id from cellar.tables)'
  return [
    ...own,
    { whose: 'v.table_id is null', keep: longest, history: undefined },
    { whose: dropped, keep: LEAST_MILLISECONDS, history: undefined },
  ]
}

function keepOf(history: HistorySpec): number {
  if (history === true) return Number.POSITIVE_INFINITY
  return Math.max(LEAST_MILLISECONDS, keepMilliseconds(history) ?? 0)
}

/** One batch in the order of the numbers, so that what has to stay is looked at once; a number of an open transaction is not looked at. */
function pruneSql({ whose, history }: Numbers): string {
  const inHistory =
    history === undefined
      ? ''
      : `and not exists (select from ${history} h where h._version = b.version)
         and not exists (select from ${history} h where h._ended = b.version)`
  return `with b as (
      select v.version from cellar.versions v
      where v.version > $1::int8 and v.version < $2::int8 and ${whose}
        and v.xid < pg_snapshot_xmin(pg_current_snapshot()) order by v.version limit $3::int8),
    d as (
      delete from cellar.versions v using b where v.version = b.version ${inHistory}
        and not exists (select from cellar.fills f where f.before = b.version)
      returning 1)
    select (select max(version) from b) as last, (select count(*) from d) as removed`
}
