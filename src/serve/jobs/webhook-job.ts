import { createHmac } from 'node:crypto'
import { CellarError, isCellarError } from '../../errors/cellar-error.ts'
import { isFinal, type Job, type RunningJob } from '../../jobs/job.ts'
import type { JobQueue } from '../../jobs/job-queue.ts'
import { TryLater } from '../../jobs/try-later.ts'
import { postBody } from '../../media/fetch/post-body.ts'
import { isPublicAddress } from '../../media/fetch/public-address.ts'
import { logError } from '../log.ts'
import type { RouterState } from '../router-state.ts'
import { jobBody, jobView } from './job-body.ts'
import type { WebhookOptions } from './job-options.ts'
import { findRouters } from './registry.ts'

const TIME_LIMIT = 15_000
/** Seconds after each failure; about a day in all. */
const PAUSES = [2, 10, 60, 300, 1_800, 7_200, 21_600, 43_200]
const GONE = 410

/** Tells the end of a job to the webhook of its router. A later end of the job has a delivery of its own. */
export async function runWebhookJob(queue: JobQueue, running: RunningJob): Promise<unknown> {
  const job = await queue.get(String(running.payload.job))
  if (job === undefined || !isFinal(job.state)) return { sent: false }
  const routers = findRouters(queue, job.prefix)
  const state = routers.find(({ jobs }) => jobs.webhook)
  if (routers.length > 0 && state === undefined) return { sent: false }
  try {
    if (!state?.jobs.webhook) throw unsent(job.prefix ?? '', 'no router of this process has it', true)
    return { sent: true, status: await deliver(state, state.jobs.webhook, { job, running }) }
  } catch (error) {
    const pause = PAUSES[running.attempt - 1]
    if (!isCellarError(error) || !error.retryable || pause === undefined || running.signal.aborted) {
      logError(error, { job: job.id, doing: 'telling a webhook' })
      throw error
    }
    const { code, message, status, retryable, issues } = error
    return new TryLater(pause, { code, message, status, retryable, issues })
  }
}

interface Delivery {
  readonly job: Job
  readonly running: RunningJob
}

async function deliver(state: RouterState, hook: WebhookOptions, { job, running }: Delivery): Promise<number> {
  const { root = state.baseUrl + state.prefix } = job.payload as { readonly root?: string }
  const body = JSON.stringify(jobBody(job, await jobView(state, root)))
  const { host } = new URL(hook.url)
  const status = await postBody(hook.url, {
    body,
    headers: { 'content-type': 'application/json', ...signatureHeaders(hook.secret, running.id, body) },
    timeLimit: TIME_LIMIT,
    signal: running.signal,
    allowAddress: hook.allowPrivate ? () => true : isPublicAddress,
  }).catch((error: unknown) => {
    // Its own message has the path, which may be a secret.
    const reason =
      isCellarError(error) && 'reason' in error.details ? String(error.details.reason) : 'it was broken off'
    throw unsent(host, reason, !isCellarError(error) || error.code !== 'MEDIA_URL_REFUSED')
  })
  if (status >= 200 && status < 300) return status
  throw unsent(host, `the answer was ${status}`, status !== GONE)
}

const unsent = (host: string, reason: string, retryable: boolean): CellarError =>
  new CellarError('WEBHOOK_FAILED', { host, reason }, { retryable })

/** As Standard Webhooks 1.0 has it: the signature is over id, time and body; the id is the same for every try. */
function signatureHeaders(secret: string, id: string, body: string): Record<string, string> {
  const time = String(Math.floor(Date.now() / 1000))
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice('whsec_'.length), 'base64') : secret
  const signature = createHmac('sha256', key).update(`${id}.${time}.${body}`).digest('base64')
  return { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': `v1,${signature}` }
}
