import type { Session } from '../database/database.ts'
import { mediaUpsert } from '../media/media-upsert.ts'
import type { StoredMedia } from '../media/stored-media.ts'
import type { StoreContext } from './context.ts'
import { holdTable } from './hold-table.ts'
import { prepareJobs } from './jobs-ready.ts'
import type { WritePlan } from './write-plan.ts'

/** Rows whose waiting cells one job computes. */
const ROWS_PER_JOB = 500

/** What belongs into the transaction of a write beside its rows. */
export interface WriteTransaction {
  readonly session: Session
  /** Enters media into the catalog and locks them there until the rows that name them are committed. */
  nameMedia(media: readonly StoredMedia[]): Promise<void>
  /** Queues the waiting cells of rows. */
  enqueue(rowids: readonly string[]): Promise<void>
}

/** True when nothing but its rows belongs into the transaction of an update: a statement is enough. */
export function isLoneUpdate(plan: WritePlan, media: readonly StoredMedia[], pending: readonly string[]): boolean {
  return media.length === 0 && pending.length === 0 && plan.table.marking.size === 0
}

/** Runs a write in a transaction: the open one of `cellar.transaction`, or one of its own. */
export async function runWrite<T>(
  context: StoreContext,
  plan: WritePlan,
  body: (write: WriteTransaction) => Promise<T>,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<T> {
  const waits = plan.pending.length > 0 || Object.values(plan.spec.computed).some(({ mode }) => mode === 'deferred')
  if (waits) await prepareJobs(context)
  const run = async (session: Session) => {
    if (plan.table.marking.size > 0) await holdTable(session, plan)
    return body({
      session,
      async nameMedia(media) {
        if (media.length > 0) await session.execute(mediaUpsert(media))
      },
      async enqueue(rowids) {
        if (!waits) return
        for (let start = 0; start < rowids.length; start += ROWS_PER_JOB) {
          const payload = { table: plan.spec.path, rowids: rowids.slice(start, start + ROWS_PER_JOB) }
          await context.jobs.enqueue('fill', payload, { session })
        }
      },
    })
  }
  if (context.session) return run(context.session)
  return context.database.transaction(run, options.signal ? { signal: options.signal } : {})
}
