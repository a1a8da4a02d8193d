import type { Context } from 'hono'
import { mediaOf } from '../../compute/media-value.ts'
import { CellarError } from '../../errors/cellar-error.ts'
import type { RunningJob } from '../../jobs/job.ts'
import type { JobQueue } from '../../jobs/job-queue.ts'
import type { MediaStore } from '../../media/media-store.ts'
import { type RowFault, UnusableRow } from '../../store/unusable-row.ts'
import type { ColumnType } from '../../types/column-type.ts'
import type { JsonValue } from '../../util/json.ts'
import { principalOf } from '../authenticate.ts'
import type { Binding } from '../binding.ts'
import type { Keep } from '../idempotency/idempotent.ts'
import { logError } from '../log.ts'
import { mountRoot } from '../mount-root.ts'
import type { BatchRow } from '../request/batch-parser.ts'
import { type Choices, NO_CHOICES } from '../request/choices.ts'
import type { InputValues } from '../request/input-parser.ts'
import type { RouteInput } from '../request/route-input.ts'
import { keepRef } from '../respond/media-url.ts'
import type { RouteSpec } from '../route-spec.ts'
import type { RouterState } from '../router-state.ts'
import { type AnyCall, compileOperations } from '../routes/operation.ts'
import { addRouter, findRoute, routeKey } from './registry.ts'
import { runWebhookJob } from './webhook-job.ts'

/** What a waiting job of a route holds: which route, the input, and who asked. */
interface RoutePayload {
  readonly route: string
  readonly prefix: string
  /** Of one object. */
  readonly values?: PackedValues
  /** Of a list. */
  readonly rows?: readonly PackedRow[]
  readonly choices?: Choices
  /** What stood before the router's own paths in the URL that the caller got. */
  readonly root?: string
  readonly actor: string | null
}

type PackedValues = Readonly<Record<string, JsonValue>>
type PackedRow = { readonly values: PackedValues } | { readonly fault: RowFault }

const operations = new WeakMap<RouteSpec, ReturnType<typeof compileOperations>>()

/** Lets the workers of this process run the router's background routes, and tell its webhook. */
export function serveJobs(queue: JobQueue, state: RouterState): void {
  if (addRouter(queue, state)) queue.register('route', (job) => runRouteJob(queue, job))
  if (state.jobs.webhook) queue.register('webhook', (job) => runWebhookJob(queue, job))
}

interface Enqueue {
  readonly state: RouterState
  readonly spec: RouteSpec
  readonly binding: Binding
  readonly input: RouteInput
  /** Keeps the answer with the job. */
  readonly keep?: Keep | undefined
}

/** Stores the job. */
export async function enqueueRoute(
  c: Context,
  { state, spec, binding, input, keep }: Enqueue,
): Promise<{ readonly id: string }> {
  const actor = state.auth ? principalOf(c) : undefined
  const route = routeKey(spec)
  const { prefix } = state
  const root = mountRoot(c, state, spec.pattern.path)
  const payload: RoutePayload = {
    route,
    prefix,
    root,
    actor: actor ?? null,
    choices: input.choices,
    ...(await packInput(spec, input, binding.context.media)),
  }
  const { jobs } = binding.context
  await jobs.start()
  const { keepSeconds, webhook } = state.jobs
  const options = {
    route,
    prefix,
    ...(actor === undefined ? {} : { principal: actor }),
    ...(keepSeconds === undefined ? {} : { keepSeconds }),
    webhook: webhook !== undefined,
  }
  if (keep === undefined) return { id: await jobs.enqueue('route', { ...payload }, options) }
  return binding.context.database.transaction(async (session) => {
    const id = await jobs.enqueue('route', { ...payload }, { ...options, session })
    await keep(session, { id }, { status: 202 })
    return { id }
  })
}

async function runRouteJob(queue: JobQueue, job: RunningJob): Promise<unknown> {
  const payload = job.payload as unknown as RoutePayload
  const found = findRoute(queue, payload.prefix, payload.route)
  if (found === undefined) throw new CellarError('NOT_FOUND', { subject: `The route ${payload.route}` })
  const { state, spec } = found
  const operate = operations.get(spec) ?? compileOperations(spec)
  operations.set(spec, operate)
  const input = unpackInput(spec, payload)
  const { binding } = state
  try {
    const actor = payload.actor ?? undefined
    const finish: RunningJob['finish'] = (session, result) => job.finish(session, result)
    const { choices } = input
    const call = { binding, mediaUrl: keepRef, actor, choices, signal: job.signal, finish, ...progressOf(job, payload) }
    const { body } = await operate(call, input)
    return body
  } catch (error) {
    if ((error as { readonly status?: number }).status === undefined)
      logError(error, { job: job.id, route: payload.route })
    throw error
  }
}

/** Of one row it would be told when it is over. */
function progressOf(job: RunningJob, { rows }: RoutePayload): Pick<AnyCall, 'onProgress'> {
  if (rows === undefined) return {}
  return { onProgress: ({ done }) => job.progress(done / rows.length) }
}

const columnsOf = (spec: RouteSpec) => (spec.kind === 'query' ? spec.definition.parameters : inputColumns(spec))
const inputColumns = (spec: RouteSpec) => ({
  ...(spec.kind === 'query' ? {} : spec.tableSpec.columns),
  ...Object.fromEntries(spec.inputs.map((field) => [field.name, field.column])),
})

async function packInput(
  spec: RouteSpec,
  input: RouteInput,
  store: MediaStore,
): Promise<Pick<RoutePayload, 'values' | 'rows'>> {
  if (input.rows === undefined) return { values: await packValues(spec, input.values, store) }
  const rows: PackedRow[] = []
  for await (const row of input.rows) {
    rows.push(row instanceof UnusableRow ? { fault: row.fault } : { values: await packValues(spec, row, store) })
  }
  return { rows }
}

function unpackInput(spec: RouteSpec, { values = {}, rows, choices = NO_CHOICES }: RoutePayload): RouteInput {
  if (rows === undefined) return { values: unpackValues(spec, values), choices }
  const unpack = (row: PackedRow): BatchRow => {
    if ('values' in row) return unpackValues(spec, row.values)
    const { message: reason } = row.fault
    return new UnusableRow(row.fault, new CellarError('INVALID_VALUE', { subject: 'A row', reason }))
  }
  return { rows: rows.map(unpack), choices }
}

/** JSON that loses nothing. Content that came in the body is stored first, so that the job names it only. */
async function packValues(spec: RouteSpec, values: InputValues, store: MediaStore): Promise<Record<string, JsonValue>> {
  const columns = columnsOf(spec)
  const packed: Record<string, JsonValue> = {}
  for (const [name, value] of Object.entries(values)) {
    const type = columns[name]?.type as ColumnType
    if (value === null) packed[name] = null
    else if (type.mediaKind === null) packed[name] = type.toStoredJson(value)
    else if (typeof value === 'string' && value.startsWith('data:')) {
      const stored = await store.ingest(value, { kind: type.mediaKind, allowPath: false })
      packed[name] = { ...mediaOf(type.mediaKind, stored) }
    } else packed[name] = value as JsonValue
  }
  return packed
}

function unpackValues(spec: RouteSpec, packed: PackedValues): InputValues {
  const columns = columnsOf(spec)
  const values: InputValues = {}
  for (const [name, json] of Object.entries(packed)) {
    const type = columns[name]?.type
    if (type === undefined)
      throw new CellarError('SCHEMA_CHANGED', { table: spec.kind, reason: `it has no ${name} any more` })
    values[name] = json === null || type.media ? json : type.fromStoredJson(json)
  }
  return values
}
