import type { Declaration } from '../catalog/catalog.ts'
import type { Session } from '../database/database.ts'
import type { Row } from '../schema/row-codec.ts'
import { mapAhead } from '../util/map-ahead.ts'
import { throwIfAborted } from './aborted.ts'
import { isRowRefusal } from './conflicts.ts'
import type { StoreContext } from './context.ts'
import { assertComputable } from './evaluate.ts'
import { insertOne } from './insert-one.ts'
import { canPipe, insertPiped } from './insert-piped.ts'
import { cellErrors, computeReceived, receiveRows } from './prepare-rows.ts'
import { MEDIA_BATCH, type RowSource, rowSource } from './row-source.ts'
import { stageRows } from './staged-batch.ts'
import { Staging } from './staging.ts'
import type { InsertOptions } from './write-options.ts'
import { type WritePlan, writePlan } from './write-plan.ts'
import type { WriteError, WriteResult } from './write-result.ts'
import { type WrittenRows, writeStaged } from './write-staged.ts'

/**
 * Writes the rows of an object, an array or an (async) iterable with their eager cells: all of them or, when it throws,
 * none, under one version. The cells are computed before the transaction opens, batch by batch; what has to wait
 * beyond a bound waits in a file.
 *
 * @throws INVALID_VALUE, UNKNOWN_COLUMN, MISSING_VALUE, DUPLICATE_KEY, CELL_FAILED, CELL_UNAVAILABLE, MEDIA_…, ABORTED
 */
export async function insertRows(
  context: StoreContext,
  table: Declaration,
  input: unknown,
  options: InsertOptions = {},
): Promise<WriteResult> {
  const plan = await writePlan(context, table)
  assertComputable(context, plan.eager)
  const source = rowSource(input)
  if (source.total === 1 && options.onInvalid !== 'skip') {
    const row = source.single ? input : (input as readonly unknown[])[0]
    return insertOne(context, { plan, table, row, position: source.single ? undefined : 0 }, options)
  }
  if (canPipe(plan, input, options)) {
    try {
      return await insertPiped(context, { plan, table, source }, options)
    } catch (error) {
      // Which row it was is found out on the other way, where all that was evaluated is kept.
      if (!isRowRefusal(error) || context.session) throw error
    }
  }
  return insertStaged(context, { plan, table, source: rowSource(input) }, options)
}

/** Batches with media that are being stored, and as many whose cells are being computed, at the same time. */
const MEDIA_AHEAD = 2

interface SourcedInsert {
  readonly plan: WritePlan
  readonly table: Declaration
  readonly source: RowSource
}

/** Evaluates everything, then writes everything. */
async function insertStaged(
  context: StoreContext,
  { plan, table, source }: SourcedInsert,
  options: InsertOptions,
): Promise<WriteResult> {
  await using staging = new Staging(() => context.media.scratch())
  const keep = options.returnRows === true || options.beforeWrite !== undefined
  const kept: { readonly index: number; readonly row: Row }[] = []
  const errors: WriteError[] = []
  let begun = 0
  let done = 0
  const cells = plan.eager
  const receive = async (inputs: readonly unknown[]) => {
    throwIfAborted(options.signal, plan)
    const start = begun
    begun += inputs.length
    return { inputs, start, received: await receiveRows(context, plan, inputs, { ...options, cells, start }) }
  }
  const compute = async ({ inputs, start, received }: Awaited<ReturnType<typeof receive>>) => {
    throwIfAborted(options.signal, plan)
    return { inputs, prepared: await computeReceived(context, plan, received, { ...options, cells, start }) }
  }
  const hasMedia = plan.media.length > 0
  const ahead = hasMedia ? MEDIA_AHEAD : 1
  const batches = mapAhead(source.batches(hasMedia ? MEDIA_BATCH : undefined), ahead, receive)
  for await (const { inputs, prepared } of mapAhead(batches, ahead, compute)) {
    errors.push(...prepared.invalid, ...cellErrors(prepared))
    if (keep) for (const [i, row] of prepared.rows.entries()) kept.push({ index: prepared.indexes[i] as number, row })
    await staging.add(stageRows(plan, prepared))
    done += inputs.length
    options.onProgress?.({ done, ...(source.total === undefined ? {} : { total: source.total }) })
  }
  await options.beforeWrite?.(kept.map(({ row }) => row))
  throwIfAborted(options.signal, plan)
  const resultOf = ({ count, version, refused }: WrittenRows): WriteResult => {
    const skipped = new Set(refused.map((error) => error.index))
    const all = [...errors.filter((error) => !skipped.has(error.index)), ...refused]
    const rows = options.returnRows ? kept.filter(({ index }) => !skipped.has(index)).map(({ row }) => row) : []
    return { count, version, rows, errors: all.sort((a, b) => a.index - b.index) }
  }
  const { alongside } = options
  const finish = alongside && ((session: Session, written: WrittenRows) => alongside(session, resultOf(written)))
  return resultOf(await writeStaged(context, { plan, table, staging, finish }, options))
}
