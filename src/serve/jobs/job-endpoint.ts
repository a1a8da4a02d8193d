import { isIP } from 'node:net'
import type { Context } from 'hono'
import { CellarError } from '../../errors/cellar-error.ts'
import type { Job, JobKind } from '../../jobs/job.ts'
import type { SystemRoute } from '../arrange-routes.ts'
import { authenticate, principalOf } from '../authenticate.ts'
import { signalOf } from '../http/exchange.ts'
import { mountRoot } from '../mount-root.ts'
import { prefersEvents } from '../respond/negotiate.ts'
import { nextLink } from '../respond/next-link.ts'
import type { RouterState } from '../router-state.ts'
import { jobBody, jobView } from './job-body.ts'
import { parseListWords, parseWait, placeAfter } from './job-query.ts'
import { jobStream } from './job-stream.ts'

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** `<prefix>/jobs`: list, get (with `?wait=` seconds, or as a stream of events), cancel and retry. */
export function jobRoutes(state: RouterState): readonly SystemRoute[] {
  const act = (action: 'cancel' | 'retry'): SystemRoute => ({
    method: 'POST',
    path: `/jobs/:id/${action}`,
    handle: async (c) => {
      await admit(c, state)
      const job = await findJob(c, state)
      const changed = await state.binding.context.jobs[action](job.id)
      if (changed === undefined) throw new CellarError('JOB_STATE', { state: job.state, action: ACTED[action] })
      return answer(c, state, `/jobs/:id/${action}`, changed)
    },
  })
  return [
    { method: 'GET', path: '/jobs', handle: (c) => list(c, state) },
    { method: 'GET', path: '/jobs/:id', handle: (c) => get(c, state) },
    act('cancel'),
    act('retry'),
  ]
}

/** Jobs of declared routes, and those that handlers started. */
const KINDS: readonly JobKind[] = ['route', 'local']
const ACTED = { cancel: 'cancelled', retry: 'tried again' } as const

async function list(c: Context, state: RouterState): Promise<Response> {
  await admit(c, state)
  const { limit, ...words } = parseListWords(c)
  const { prefix } = state
  const principal = principalOf(c)
  const found = await state.binding.context.jobs.list({
    kinds: KINDS,
    prefix,
    ...words,
    limit: limit + 1,
    ...(state.auth && principal !== undefined ? { principal } : {}),
  })
  const jobs = found.slice(0, limit)
  const last = found.length > limit ? jobs.at(-1) : undefined
  const next = last ? placeAfter(last) : null
  const root = mountRoot(c, state, '/jobs')
  const view = await jobView(state, root)
  return c.json({ jobs: jobs.map((job) => jobBody(job, view)), next }, 200, next === null ? {} : linkTo(c, root, next))
}

function linkTo(c: Context, root: string, next: string): Record<string, string> {
  const query = new URLSearchParams(new URL(c.req.url).search)
  query.set('after', next)
  return nextLink(`${root}/jobs?${query}`)
}

async function get(c: Context, state: RouterState): Promise<Response> {
  await authenticate(state, c, false)
  const seconds = parseWait(c)
  const job = await findJob(c, state)
  const { jobs } = state.binding.context
  if (c.req.method !== 'HEAD' && prefersEvents(c.req.header('accept'))) {
    const view = await jobView(state, mountRoot(c, state, '/jobs/:id'))
    return jobStream(c, { write: (now) => jobBody(now, view), watch: (signal) => jobs.watch(job.id, { signal }) })
  }
  const ended = seconds > 0 ? await jobs.wait(job.id, { timeoutMs: seconds * 1000, signal: signalOf(c) }) : job
  return answer(c, state, '/jobs/:id', ended ?? job)
}

/** Of this router, and with `auth` of this user; everything else does not exist. */
async function findJob(c: Context, state: RouterState): Promise<Job> {
  const id = c.req.param('id') ?? ''
  const job = UUID.test(id) ? await state.binding.context.jobs.get(id) : undefined
  const foreign = state.auth !== undefined && job?.principal !== (principalOf(c) ?? null)
  if (job && KINDS.includes(job.kind) && job.prefix === state.prefix && !foreign) return job
  throw new CellarError('NOT_FOUND', { subject: 'This job' })
}

/** What changes jobs or lists them is for users, or without `auth` for this machine. */
async function admit(c: Context, state: RouterState): Promise<void> {
  if (state.auth) return authenticate(state, c, false)
  if (state.local && isLocal(c)) return
  const reason = 'without auth it answers on this machine only'
  throw new CellarError('FORBIDDEN', { subject: `${c.req.method} ${c.req.path}`, reason })
}

/** A forwarded request comes from somewhere else, whoever the last hop is. Requests without a socket are made in-process. */
function isLocal(c: Context): boolean {
  const { incoming } = (c.env ?? {}) as { readonly incoming?: { readonly socket: { readonly remoteAddress?: string } } }
  if (incoming === undefined) return true
  if (c.req.header('forwarded') !== undefined || c.req.header('x-forwarded-for') !== undefined) return false
  const address = (incoming.socket.remoteAddress ?? '').replace(/^::ffff:/, '')
  return address === '::1' || (isIP(address) === 4 && address.startsWith('127.'))
}

async function answer(c: Context, state: RouterState, path: string, job: Job): Promise<Response> {
  return c.json(jobBody(job, await jobView(state, mountRoot(c, state, path))))
}
