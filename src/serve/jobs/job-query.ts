import type { Context } from 'hono'
import { CellarError } from '../../errors/cellar-error.ts'
import type { Job, JobState } from '../../jobs/job.ts'
import type { JobPlace } from '../../jobs/records.ts'
import { badWord, wordsOf } from '../request/choices.ts'

const LONGEST_WAIT = 60
/** Their results come along. */
export const MOST_LISTED = 100
export const JOB_STATES = ['queued', 'running', 'done', 'error', 'cancelled'] as const satisfies readonly JobState[]

export interface JobListWords {
  readonly state?: JobState
  readonly limit: number
  readonly after?: JobPlace
}

/** `?state=&limit=&after=` of the list. */
export function parseListWords(c: Context): JobListWords {
  const { state, limit, after } = wordsOf(c, ['state', 'limit', 'after'])
  return {
    ...(state === undefined ? {} : { state: parseState(state) }),
    limit: limit === undefined ? MOST_LISTED : parseLimit(limit),
    ...(after === undefined ? {} : { after: parsePlace(after) }),
  }
}

/** `?wait=` of a job, in seconds. */
export function parseWait(c: Context): number {
  const { wait } = wordsOf(c, ['wait'])
  if (wait === undefined) return 0
  const seconds = Number(wait)
  if (wait !== '' && Number.isFinite(seconds) && seconds >= 0) return Math.min(seconds, LONGEST_WAIT)
  throw badWord('wait', 'must be a number of seconds')
}

/** The cursor of the jobs after this one. It names a place and not a job, so that it holds when the job is gone. */
export const placeAfter = ({ createdAt, id }: Job): string =>
  Buffer.from(`${createdAt.getTime()}.${id}`).toString('base64url')

const PLACE = /^(\d{1,15})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/

function parsePlace(text: string): JobPlace {
  const [, time, id] = PLACE.exec(Buffer.from(text, 'base64url').toString('latin1')) ?? []
  if (time !== undefined && id !== undefined) return { createdAt: new Date(Number(time)), id }
  throw new CellarError('INVALID_CURSOR', { reason: 'it is none of this list' })
}

function parseState(text: string): JobState {
  const state = JOB_STATES.find((known) => known === text)
  if (state) return state
  throw badWord('state', `must be one of ${JOB_STATES.join(', ')}`)
}

function parseLimit(text: string): number {
  const limit = /^\d{1,6}$/.test(text) ? Number(text) : 0
  if (limit >= 1 && limit <= MOST_LISTED) return limit
  throw badWord('limit', `must be a whole number from 1 to ${MOST_LISTED}`)
}
