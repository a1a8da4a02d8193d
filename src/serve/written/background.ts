import type { Context } from 'hono'
import type { LocalWork } from '../../jobs/local-jobs.ts'
import { principalOf } from '../authenticate.ts'
import { logError } from '../log.ts'
import { mountRoot } from '../mount-root.ts'
import type { JobHandle } from '../route-types.ts'
import { placeOf } from './written-context.ts'

/** A job that a handler has started, as its work sees it. */
export type BackgroundWork = LocalWork

/**
 * Starts work that goes on when the request has been answered, as a job of the router: who asked can wait for it, see
 * its progress and cancel it, and its result is kept. It runs at once, in this process, and ends as JOB_LOST when the
 * process dies before it; for work that has to survive that, declare a `background` route.
 *
 * @example
 * api.post('/reports', api.describe({ input, output, background: true }), async (c) =>
 *   c.json(await background(c, ({ signal }) => makeReport(c.var.input, signal)), 202))
 *
 * @param run its result is JSON; what it throws, if it is no CellarError, is for the log only
 * @returns what a background route answers with 202
 * @throws NOT_FOUND outside the hand-written routes of a TableRouter
 */
export async function background<R>(
  c: Context,
  run: (work: BackgroundWork) => R | Promise<R>,
): Promise<JobHandle<Awaited<R>>> {
  const { state, path } = placeOf(c)
  const root = mountRoot(c, state, path)
  const route = `${c.req.method} ${path}`
  const principal = state.auth && principalOf(c)
  const { keepSeconds, webhook } = state.jobs
  const work = async (given: BackgroundWork) => {
    try {
      const result = await run(given)
      // What is no JSON is the fault of the work, which is over.
      JSON.stringify(result)
      return result
    } catch (error) {
      if ((error as { readonly status?: number } | null)?.status === undefined)
        logError(error, { job: given.id, route })
      throw error
    }
  }
  const id = await state.binding.context.jobs.runHere(
    work,
    { root },
    {
      route,
      prefix: state.prefix,
      ...(principal === undefined ? {} : { principal }),
      ...(keepSeconds === undefined ? {} : { keepSeconds }),
      webhook: webhook !== undefined,
    },
  )
  return { id, job_url: `${root}/jobs/${id}` } as JobHandle<Awaited<R>>
}
