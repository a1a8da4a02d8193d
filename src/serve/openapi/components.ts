import type { JsonObject } from '../../util/json.ts'

const text: JsonObject = { type: 'string' }
const time: JsonObject = { anyOf: [{ type: 'string', format: 'date-time' }, { type: 'null' }] }

/** RFC 9457 as this server fills it. */
const problem: JsonObject = {
  type: 'object',
  properties: {
    type: { ...text, format: 'uri' },
    title: text,
    status: { type: 'integer' },
    detail: text,
    code: { ...text, description: 'Stable; what programs should look at.' },
    retryable: { type: 'boolean', description: 'The same request may succeed later.' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          path: { type: 'array', items: { anyOf: [text, { type: 'integer' }] } },
          message: text,
          code: text,
        },
        required: ['path', 'message', 'code'],
      },
    },
    instance: { ...text, format: 'uri', description: 'Which request it was: urn:cellar:request:<x-request-id>.' },
  },
  required: ['type', 'title', 'status', 'detail', 'code', 'retryable', 'errors'],
}

const job: JsonObject = {
  type: 'object',
  properties: {
    id: { ...text, format: 'uuid' },
    job_url: { ...text, format: 'uri-reference' },
    status: { ...text, enum: ['pending', 'done', 'error'] },
    state: { ...text, enum: ['queued', 'running', 'done', 'error', 'cancelled'] },
    route: { anyOf: [text, { type: 'null' }] },
    result: { description: 'What the route would have answered; null until it is done.' },
    error: { anyOf: [{ $ref: '#/components/schemas/Problem' }, { type: 'null' }] },
    progress: { type: 'number', minimum: 0, maximum: 1 },
    attempts: { type: 'integer' },
    created_at: { ...text, format: 'date-time' },
    started_at: time,
    finished_at: time,
  },
  required: ['id', 'job_url', 'status', 'state', 'result', 'error', 'progress', 'attempts', 'created_at'],
}

const accepted: JsonObject = {
  type: 'object',
  properties: { id: { ...text, format: 'uuid' }, job_url: { ...text, format: 'uri-reference' } },
  required: ['id', 'job_url'],
}

const rowError: JsonObject = {
  type: 'object',
  description: 'A row of a list that was not written, or a cell of it that failed.',
  properties: {
    index: { type: 'integer', minimum: 0, description: 'Position in the request.' },
    column: text,
    code: { ...text, description: 'Stable; what programs should look at.' },
    message: text,
    retryable: { type: 'boolean' },
  },
  required: ['index', 'code', 'message', 'retryable'],
}

export const SCHEMAS: JsonObject = { Problem: problem, Job: job, JobAccepted: accepted, RowError: rowError }

/** The answer of a route whose work is done by a job. */
export const ACCEPTED: JsonObject = {
  description: 'A job does it; its result is what the route describes.',
  content: { 'application/json': { schema: { $ref: '#/components/schemas/JobAccepted' } } },
}

const DESCRIPTIONS: Readonly<Record<number, string>> = {
  400: 'The body cannot be read.',
  401: 'There is no user.',
  403: 'Not for this caller.',
  404: 'There is no such thing.',
  406: 'It cannot be had in a type that the Accept header names.',
  409: 'It conflicts with what is stored.',
  412: 'The row is not the one that was read.',
  413: 'Too large.',
  415: 'The type of the body is not supported.',
  416: 'The range lies outside the file.',
  422: 'The values cannot be used; `errors` says which and why.',
  429: 'Too many; `Retry-After` says when to come again.',
  500: 'Something went wrong on the server.',
  503: 'Not available now; `Retry-After` says when.',
  507: 'There is no space left.',
}

const PROBLEM = { content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } }

/** Responses of the given problem statuses. */
export function problemResponses(statuses: readonly number[]): JsonObject {
  return Object.fromEntries(
    statuses.map((status) => [String(status), { description: DESCRIPTIONS[status] ?? 'A problem.', ...PROBLEM }]),
  )
}
