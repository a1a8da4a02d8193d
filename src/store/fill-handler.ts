import type { PendingFill } from '../catalog/catalog.ts'
import { isCellarError } from '../errors/cellar-error.ts'
import { HandOver } from '../jobs/hand-over.ts'
import type { StoreContext } from './context.ts'
import { fillCells } from './fill-cells.ts'
import { fillTable } from './fill-pending.ts'

/** What a fill job does: the waiting cells of some rows, or the second phase of an `apply`. */
interface FillPayload {
  readonly table: string
  readonly rowids?: readonly string[]
  readonly fills?: readonly PendingFill[]
}

/**
 * Makes this process able to compute deferred cells when its jobs are started. Doing a job twice does its work once;
 * what needs functions that this process lacks goes to one that has them.
 */
export function registerFillHandler(context: StoreContext): void {
  context.jobs.register('fill', async ({ payload, signal, progress }) => {
    const { table, rowids = [], fills = [] } = payload as unknown as FillPayload
    try {
      const { lacking, ...filled } =
        fills.length > 0
          ? await fillTable(context, table, fills, { signal })
          : await fillCells(context, table, rowids, {
              signal,
              onProgress: (done) => progress(done / rowids.length),
            })
      return lacking ? new HandOver(lacking.need) : filled
    } catch (error) {
      // The table was dropped meanwhile, and its cells with it.
      if (isCellarError(error) && error.code === 'TABLE_NOT_FOUND') return { count: 0, failed: 0 }
      throw error
    }
  })
}
