import type { JsonObject } from '../../util/json.ts'
import { JOB_STATES, MOST_LISTED } from '../jobs/job-query.ts'
import type { RouterState } from '../router-state.ts'
import { problemResponses } from './components.ts'

const ID: JsonObject = { name: 'id', in: 'path', required: true, schema: { type: 'string', format: 'uuid' } }
const WAIT = word('wait', 'Seconds to wait for the end.', { type: 'number', minimum: 0, maximum: 60 })
const LIST_WORDS = [
  word('state', 'Jobs in this state only.', { type: 'string', enum: [...JOB_STATES] }),
  word('limit', 'At most so many.', { type: 'integer', minimum: 1, maximum: MOST_LISTED, default: MOST_LISTED }),
  word('after', 'The `next` of the page before.', { type: 'string' }),
]

const JOB: JsonObject = { $ref: '#/components/schemas/Job' }
const JOBS: JsonObject = {
  type: 'object',
  properties: { jobs: { type: 'array', items: JOB }, next: { type: ['string', 'null'] } },
  required: ['jobs', 'next'],
}
const EVENTS: JsonObject = {
  schema: {
    type: 'string',
    description: 'Each `data:` is the job on one line, whenever it changed; the last is its end.',
  },
}

/** Path below the prefix, method and operation of what a router with background routes adds. */
export function jobOperations(
  state: RouterState,
  idOf: (name: string) => string,
): readonly (readonly [path: string, method: string, operation: JsonObject])[] {
  const makesJobs =
    state.declared.some((spec) => spec.background) || state.described.some((route) => route.description.background)
  if (!makesJobs) return []
  const problems = (statuses: readonly number[]) => problemResponses(state.auth ? [401, ...statuses] : statuses)
  const operation = (name: string, summary: string, parameters: readonly JsonObject[], responses: JsonObject) => ({
    operationId: idOf(name),
    summary,
    tags: ['jobs'],
    parameters: [...parameters],
    responses,
  })
  const link = { description: 'The next page, `rel="next"`; left out on the last one.', schema: { type: 'string' } }
  const list = {
    200: {
      description: 'A page of the jobs.',
      headers: { Link: link },
      content: { 'application/json': { schema: JOBS } },
    },
    ...problems([403, 422, 503]),
  }
  const job = { 'application/json': { schema: JOB } }
  const get = {
    200: { description: 'The job.', content: { ...job, 'text/event-stream': EVENTS } },
    ...problems([404, 422, 503]),
  }
  const act = { 200: { description: 'The job as it is now.', content: job }, ...problems([403, 404, 409, 503]) }
  return [
    ['/jobs', 'get', operation('listJobs', 'Jobs, newest first', LIST_WORDS, list)],
    ['/jobs/{id}', 'get', operation('getJob', 'A job', [ID, WAIT], get)],
    ['/jobs/{id}/cancel', 'post', operation('cancelJob', 'Cancel a job', [ID], act)],
    ['/jobs/{id}/retry', 'post', operation('retryJob', 'Try a failed job again', [ID], act)],
  ]
}

function word(name: string, description: string, schema: JsonObject): JsonObject {
  return { name, in: 'query', required: false, description, schema }
}
