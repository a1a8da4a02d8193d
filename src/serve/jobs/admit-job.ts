import type { Context } from 'hono'
import { CellarError } from '../../errors/cellar-error.ts'
import type { JobQueue } from '../../jobs/job-queue.ts'
import { principalOf } from '../authenticate.ts'
import type { RouterState } from '../router-state.ts'

/** A queue that is full is rarely empty sooner. */
const RETRY_SECONDS = 5

/** Requests of this process that are about to store a job, by what the limit is of. */
const arriving = new WeakMap<RouterState, Map<string, number>>()

/**
 * Holds a place among the waiting jobs until the given work is done; without a free one nothing of the request is read.
 * Requests that arrive together are counted in their order, so that the first of them are taken, and only several
 * processes can go beyond a limit, by what arrives in the others at that moment.
 *
 * @throws JOBS_FULL, JOBS_OF_USER_FULL
 */
export async function withJobPlace<T>(c: Context, state: RouterState, work: () => Promise<T>): Promise<T> {
  const { maxQueued, maxQueuedPerUser } = state.jobs
  if (maxQueued === undefined && maxQueuedPerUser === undefined) return work()
  const { jobs } = state.binding.context
  const user = maxQueuedPerUser === undefined ? undefined : principalOf(c)
  const all = arrive(state, 'all')
  const own = user === undefined ? undefined : arrive(state, `user ${user}`)
  try {
    if (maxQueued !== undefined && (await isFull(jobs, state, { before: all.before, limit: maxQueued })))
      throw new CellarError('JOBS_FULL', { limit: maxQueued }, { retryAfter: RETRY_SECONDS })
    if (maxQueuedPerUser !== undefined && user !== undefined && own !== undefined) {
      const of = { before: own.before, limit: maxQueuedPerUser, principal: user }
      if (await isFull(jobs, state, of))
        throw new CellarError('JOBS_OF_USER_FULL', { limit: maxQueuedPerUser }, { retryAfter: RETRY_SECONDS })
    }
    return await work()
  } finally {
    all.leave()
    own?.leave()
  }
}

interface Limit {
  /** Requests that came before this one and have not stored their job. */
  readonly before: number
  readonly limit: number
  readonly principal?: string
}

async function isFull(jobs: JobQueue, state: RouterState, { before, limit, principal }: Limit): Promise<boolean> {
  if (before >= limit) return true
  const of = principal === undefined ? {} : { principal }
  return before + (await jobs.countWaiting({ prefix: state.prefix, atMost: limit, ...of })) >= limit
}

function arrive(state: RouterState, key: string): { readonly before: number; leave(): void } {
  const counts = arriving.get(state) ?? new Map<string, number>()
  arriving.set(state, counts)
  const before = counts.get(key) ?? 0
  counts.set(key, before + 1)
  return {
    before,
    leave() {
      const rest = (counts.get(key) ?? 1) - 1
      if (rest > 0) counts.set(key, rest)
      else counts.delete(key)
    },
  }
}
