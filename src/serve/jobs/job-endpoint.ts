import { isIP } from 'node:net'
import type { Context } from 'hono'
import { CellarError } from '../../errors/cellar-error.ts'
import type { Job } from '../../jobs/job.ts'
import type { SystemRoute } from '../arrange-routes.ts'
import { authenticate, principalOf } from '../authenticate.ts'
import type { Binding } from '../binding.ts'
import { mountRoot } from '../mount-root.ts'
import { type MediaUrl, mediaUrls } from '../respond/media-url.ts'
import { problemOfFailure } from '../respond/problem.ts'
import { compileResultReader } from '../respond/row-writer.ts'
import type { RouterState } from '../router-state.ts'
import { findRoute } from './route-jobs.ts'

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const LONGEST_WAIT = 60
const LISTED = 100

/** `<prefix>/jobs`: list, get (with `?wait=` seconds), cancel and retry. */
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

const ACTED = { cancel: 'cancelled', retry: 'tried again' } as const

async function list(c: Context, state: RouterState): Promise<Response> {
  await admit(c, state)
  const { prefix } = state
  const principal = principalOf(c)
  const { binding } = state
  const jobs = await binding.context.jobs.list({
    kind: 'route',
    prefix,
    limit: LISTED,
    ...(state.auth && principal !== undefined ? { principal } : {}),
  })
  const root = mountRoot(c, state, '/jobs')
  const mediaUrl = await urlsOf(state, binding, root)
  return c.json({ jobs: jobs.map((job) => jobBody(job, { binding, root, mediaUrl })) })
}

async function get(c: Context, state: RouterState): Promise<Response> {
  await authenticate(state, c, false)
  const job = await findJob(c, state)
  const seconds = waitSeconds(c.req.query('wait'))
  const { jobs } = state.binding.context
  const ended = seconds > 0 ? await jobs.wait(job.id, { timeoutMs: seconds * 1000, signal: c.req.raw.signal }) : job
  return answer(c, state, '/jobs/:id', ended ?? job)
}

function waitSeconds(text: string | undefined): number {
  if (text === undefined) return 0
  const seconds = Number(text)
  if (text !== '' && Number.isFinite(seconds) && seconds >= 0) return Math.min(seconds, LONGEST_WAIT)
  const issues = [{ path: ['wait'], message: 'must be a number of seconds', code: 'INVALID_VALUE' }]
  throw new CellarError(
    'INVALID_VALUE',
    { subject: 'The request', reason: 'wait must be a number of seconds' },
    { issues },
  )
}

/** Of this router, and with `auth` of this user; everything else does not exist. */
async function findJob(c: Context, state: RouterState): Promise<Job> {
  const id = c.req.param('id') ?? ''
  const job = UUID.test(id) ? await state.binding.context.jobs.get(id) : undefined
  const foreign = state.auth !== undefined && job?.principal !== (principalOf(c) ?? null)
  if (job && job.kind === 'route' && job.prefix === state.prefix && !foreign) return job
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
  const { binding } = state
  const root = mountRoot(c, state, path)
  return c.json(jobBody(job, { binding, root, mediaUrl: await urlsOf(state, binding, root) }))
}

async function urlsOf(state: RouterState, binding: Binding, root: string): Promise<MediaUrl> {
  return mediaUrls(root, state.auth === undefined ? undefined : await binding.signer())
}

interface JobView {
  readonly binding: Binding
  readonly root: string
  readonly mediaUrl: MediaUrl
}

function jobBody(job: Job, { binding, root, mediaUrl }: JobView): object {
  const found = findRoute(binding.context.jobs, job.prefix, job.route)
  const read = found && compileResultReader(found.spec.outputs, Array.isArray(job.payload.rows))
  return {
    id: job.id,
    job_url: `${root}/jobs/${job.id}`,
    status: STATUS[job.state],
    state: job.state,
    route: job.route,
    result: job.state === 'done' ? (read ? read(job.result, mediaUrl) : job.result) : null,
    error: problemOfJob(job),
    progress: job.progress,
    attempts: job.attempts,
    created_at: job.createdAt.toISOString(),
    started_at: job.startedAt?.toISOString() ?? null,
    finished_at: job.finishedAt?.toISOString() ?? null,
  }
}

const STATUS = { queued: 'pending', running: 'pending', done: 'done', error: 'error', cancelled: 'error' } as const

function problemOfJob(job: Job): object | null {
  if (job.state === 'cancelled') {
    return problemOfFailure({
      code: 'ABORTED',
      message: 'The job was cancelled.',
      status: 499,
      retryable: true,
      issues: [],
    })
  }
  return job.state === 'error' && job.error ? problemOfFailure(job.error) : null
}
