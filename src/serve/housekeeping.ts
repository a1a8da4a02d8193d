import { dropOldScratch } from '../query/scratch-table.ts'
import { collectMedia } from '../store/collect-media.ts'
import type { StoreContext } from '../store/context.ts'
import { prune } from '../store/prune.ts'
import { expireAnswers } from './idempotency/records.ts'
import { forgetFullBuckets } from './limits/token-leases.ts'
import { logError } from './log.ts'

export interface Housekeeping {
  /** Ends what is under way. */
  stop(): Promise<void>
}

export interface HousekeepingOptions {
  /** Milliseconds until the first round. @default 600_000 */
  readonly first?: number
  /** Milliseconds from the end of a round to the next. @default 21_600_000 (six hours) */
  readonly every?: number
}

/** Removes former rows, numbers of operations and jobs that are kept no longer, and media that nothing names any more, from time to time. Servers of one database need no agreement about it. */
export function startHousekeeping(
  contexts: () => Iterable<StoreContext>,
  { first = 600_000, every = 21_600_000 }: HousekeepingOptions = {},
): Housekeeping {
  const abort = new AbortController()
  let round = Promise.resolve()
  let timer: NodeJS.Timeout | undefined
  const plan = (delay: number) => {
    if (abort.signal.aborted) return
    timer = setTimeout(() => {
      round = keep(contexts(), abort.signal).finally(() => plan(every))
    }, delay).unref()
  }
  plan(first)
  return {
    async stop() {
      abort.abort()
      clearTimeout(timer)
      await round
    },
  }
}

async function keep(contexts: Iterable<StoreContext>, signal: AbortSignal): Promise<void> {
  for (const context of contexts) {
    if (signal.aborted) return
    const tolerate = (doing: string) => (error: unknown) => {
      if (!signal.aborted) logError(error, { doing: `${doing}; it is tried again` })
    }
    await prune(context, { signal }).catch(tolerate('pruning history and versions'))
    await expireAnswers(context.database).catch(tolerate('forgetting answers'))
    await collectMedia(context, { signal }).catch(tolerate('collecting media'))
    await context.jobs.expire({ signal }).catch(tolerate('deleting old jobs'))
    await forgetFullBuckets(context.database).catch(tolerate('forgetting rate limits'))
    await dropOldScratch(context.database).catch(tolerate('dropping scratch tables'))
  }
}
