import type { CatalogTable } from '../catalog/catalog.ts'
import { collectGarbage, type GarbageOptions, type GarbageReport } from '../media/garbage/collect-garbage.ts'
import type { Marks } from '../media/garbage/marks.ts'
import type { StoreContext } from './context.ts'

/**
 * Removes content of the media store that no row, no former row and no job and no kept answer names any more. The grace period keeps what was
 * seen in the last 24 hours, such as the results of compute routes.
 */
export async function collectMedia(
  { database, catalog, media }: Pick<StoreContext, 'database' | 'catalog' | 'media'>,
  options: Omit<GarbageOptions, 'marks'> = {},
): Promise<GarbageReport> {
  return collectGarbage(database, media, { ...options, marks: mediaMarks(await catalog.list()) })
}

function mediaMarks(tables: readonly CatalogTable[]): Marks {
  return {
    cells: tables.flatMap(({ spec, sql }) => {
      const places = spec.history === false ? [sql.table] : [sql.table, sql.history]
      const named = [...Object.entries(spec.columns), ...Object.entries(spec.computed)]
      const columns = named.filter(([, { type }]) => type.media).map(([column]) => column)
      return columns.flatMap((column) => places.map((table) => ({ table, column })))
    }),
    texts: [
      ...['payload', 'result'].map((column) => ({ table: 'cellar.jobs', column })),
      { table: 'cellar.idempotency', column: 'result' },
    ],
  }
}
