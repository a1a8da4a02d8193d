import type { Session } from '../../database/database.ts'
import type { Row } from '../../schema/row-codec.ts'
import type { WriteError, WriteResult } from '../../store/write-result.ts'
import type { BatchRow } from '../request/batch-parser.ts'
import type { InputValues } from '../request/input-parser.ts'
import { BatchBody } from '../respond/batch-body.ts'
import { compileRowWriter, type WriteRow } from '../respond/row-writer.ts'
import type { DeleteRouteSpec, Handler, RouteSpec, RowRouteSpec } from '../route-spec.ts'
import { callerOf } from './caller.ts'
import { deletes } from './delete-operation.ts'
import type { BatchCall, BatchOperation } from './operation.ts'
import { computedOutputs, computes, inserts, OPTIONS, updates } from './row-operation.ts'
import { isList } from './set-values.ts'
import { shapeResult } from './shape-result.ts'

/** What a route does with several rows: all of them under one version, or none. */
export function compileBatch(spec: RouteSpec): BatchOperation | undefined {
  if (spec.kind === 'query' || spec.kind === 'list') return undefined
  return spec.kind === 'delete' ? deleteBatch(spec) : BATCHES[spec.kind](spec)
}

const BATCHES = { insert: insertBatch, update: updateBatch, upsert: updateBatch, compute: computeBatch } as const

function insertBatch(spec: RowRouteSpec): BatchOperation {
  const write = compileRowWriter(spec.outputs)
  return async (call) => {
    const { insertRows } = inserts.now ?? (await inserts.load())
    const shapes = new Shapes(spec.handler, write, call)
    const options = { ...OPTIONS, ...callerOf(call), ...choicesOf(call), ...shapes.options, ...shapes.finishing }
    return { body: shapes.body(await insertRows(call.binding.context, spec.table, call.rows, options)) }
  }
}

function updateBatch(spec: RowRouteSpec): BatchOperation {
  const write = compileRowWriter(spec.outputs)
  const ifMissing = spec.kind === 'upsert' ? 'insert' : 'error'
  return async (call) => {
    const { batchUpdateRows } = updates.now ?? (await updates.load())
    const shapes = new Shapes(spec.handler, write, call)
    const options = {
      ...OPTIONS,
      ...callerOf(call),
      ...choicesOf(call),
      ...shapes.options,
      ...shapes.finishing,
      ifMissing,
    } as const
    return { body: shapes.body(await batchUpdateRows(call.binding.context, spec.table, await collect(call), options)) }
  }
}

function computeBatch(spec: RowRouteSpec): BatchOperation {
  const write = compileRowWriter(spec.outputs)
  const columns = computedOutputs(spec)
  return async (call) => {
    const { computeRows } = computes.now ?? (await computes.load())
    const shapes = new Shapes(spec.handler, write, call)
    const options = { validated: true, allowPath: false, partial: true, columns, ...callerOf(call), ...choicesOf(call) }
    const result = await computeRows(call.binding.context, spec.table, call.rows, { ...options, ...shapes.options })
    return { body: shapes.body({ count: result.rows.length, ...result }) }
  }
}

function deleteBatch(spec: DeleteRouteSpec): BatchOperation {
  const columns = spec.inputs.map((field) => field.name)
  return async (call) => {
    const { deleteRows } = deletes.now ?? (await deletes.load())
    // Without `skip`, which a delete does not take, no row stands for one that cannot be used.
    const rows = (await collect(call)) as readonly InputValues[]
    if (rows.length === 0) return { body: { num_rows: 0 } }
    const { finish } = call
    const options = {
      matching: { columns, rows },
      ...callerOf(call),
      ...(finish && { alongside: (session: Session, deleted: number) => finish(session, { num_rows: deleted }) }),
    }
    return { body: { num_rows: (await deleteRows(call.binding.context, spec.table, options)).count } }
  }
}

function choicesOf({ choices: { onInvalid, onError } }: BatchCall) {
  return { onInvalid, ...(onError === undefined ? undefined : { onError }) }
}

/** All rows, for what has to have them together: they are bounded. */
async function collect({ rows }: BatchCall): Promise<readonly BatchRow[]> {
  return isList(rows) ? rows : Array.fromAsync(rows)
}

interface Written {
  readonly count: number
  readonly rows: readonly Row[]
  readonly errors: readonly WriteError[]
}

/** The answers of rows. A handler is asked for each of them, in order, before any is sent to the database. */
class Shapes {
  readonly #handler: Handler | undefined
  readonly #write: WriteRow
  readonly #call: BatchCall
  readonly #shaped = new Map<Row, unknown>()

  constructor(handler: Handler | undefined, write: WriteRow, call: BatchCall) {
    this.#handler = handler
    this.#write = write
    this.#call = call
  }

  get options() {
    const handler = this.#handler
    if (handler === undefined) return undefined
    return {
      beforeWrite: async (rows: Row[]): Promise<void> => {
        this.#shaped.clear()
        for (const row of rows) this.#shaped.set(row, await shapeResult(handler, this.#written(row), this.#call))
      },
    }
  }

  /** A job that was cut off between its write and its end would write again. */
  get finishing() {
    const { finish } = this.#call
    return finish && { alongside: (session: Session, done: WriteResult) => finish(session, this.body(done)) }
  }

  body({ count, rows, errors }: Written): BatchBody {
    const answers = rows.map((row) => (this.#shaped.has(row) ? this.#shaped.get(row) : this.#written(row)))
    return new BatchBody(count, answers, errors)
  }

  #written(row: Row): Record<string, unknown> {
    return this.#write(row, this.#call.mediaUrl)
  }
}
