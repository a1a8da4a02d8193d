import { CellarError } from '../../errors/cellar-error.ts'
import { keepMilliseconds } from '../../schema/history.ts'

/** Where the end of every job of a router is told. */
export interface WebhookOptions {
  /** An http or https address; each end is posted to it until it answers 2xx. */
  readonly url: string
  /** Signs what is sent, as Standard Webhooks does: `whsec_` and base64, or at least 16 characters of text. */
  readonly secret: string
  /** The address may be of this machine or a private network. @default false */
  readonly allowPrivate?: boolean
}

/** Policies for the jobs of a router's background routes. */
export interface JobOptions {
  /** How long a finished job is kept: a time such as `'12h'` or `'30d'`. @default '7d' */
  readonly keep?: string
  /** Jobs that may wait at a time; a request beyond it is 503 with `Retry-After`. @default no limit */
  readonly maxQueued?: number
  /** Jobs of one user of `auth` that may wait at a time; a request beyond it is 429. @default no limit */
  readonly maxQueuedPerUser?: number
  /** Is told the end of each job. */
  readonly webhook?: WebhookOptions
}

/** Options that were checked. */
export interface JobPolicy {
  readonly keepSeconds: number | undefined
  readonly maxQueued: number | undefined
  readonly maxQueuedPerUser: number | undefined
  readonly webhook: WebhookOptions | undefined
}

const MOST_QUEUED = 1_000_000
const SHORTEST_SECRET = 16

/** @throws ROUTE_INVALID */
export function checkJobOptions(options: JobOptions = {}, hasUsers = false): JobPolicy {
  const { keep, maxQueued, maxQueuedPerUser, webhook, ...others } = options
  for (const name of Object.keys(others))
    throw invalid(name, 'is not an option', 'There are keep, maxQueued, maxQueuedPerUser and webhook.')
  const milliseconds = keep === undefined ? undefined : keepMilliseconds({ keep })
  if (keep !== undefined && milliseconds === undefined)
    throw invalid('keep', `is ${JSON.stringify(keep)}`, "Give a time such as '12h', '30d' or '1y'.")
  for (const [name, value] of Object.entries({ maxQueued, maxQueuedPerUser })) {
    if (value === undefined || (Number.isSafeInteger(value) && value > 0 && value <= MOST_QUEUED)) continue
    throw invalid(name, `is ${String(value)}`, `Give a whole number from 1 to ${MOST_QUEUED}, or leave it out.`)
  }
  if (maxQueuedPerUser !== undefined && !hasUsers)
    throw invalid('maxQueuedPerUser', 'needs users', 'Give the router auth, or use maxQueued.')
  return Object.freeze({
    keepSeconds: milliseconds === undefined ? undefined : milliseconds / 1000,
    maxQueued,
    maxQueuedPerUser,
    webhook: webhook && checkWebhook(webhook),
  })
}

function checkWebhook({ url, secret, allowPrivate = false }: WebhookOptions): WebhookOptions {
  const parsed = typeof url === 'string' ? URL.parse(url) : null
  // Neither of them is repeated in the message: both may be secret.
  if (!parsed || !/^https?:$/.test(parsed.protocol) || parsed.username !== '' || parsed.password !== '')
    throw invalid('webhook.url', 'is no address', "Write it as 'https://example.org/hook', without user and password.")
  if (typeof secret !== 'string' || secret.length < SHORTEST_SECRET)
    throw invalid('webhook.secret', 'is no secret', `Give at least ${SHORTEST_SECRET} random characters.`)
  return Object.freeze({ url: parsed.href, secret, allowPrivate })
}

const invalid = (option: string, reason: string, fix: string): CellarError =>
  new CellarError('ROUTE_INVALID', { route: 'TableRouter', option: `jobs.${option}`, reason, fix })
