import type { Declaration } from '../catalog/catalog.ts'
import { withDependencies } from '../compute/column-graph.ts'
import { planCells } from '../compute/plan-cells.ts'
import { mediaUpsert } from '../media/media-upsert.ts'
import type { Row } from '../schema/row-codec.ts'
import { throwIfAborted } from './aborted.ts'
import type { StoreContext } from './context.ts'
import { assertAvailable, assertComputable } from './evaluate.ts'
import { cellErrors, prepareRows } from './prepare-rows.ts'
import { rowSource } from './row-source.ts'
import { mediaOf } from './staged-batch.ts'
import type { ComputeOptions } from './write-options.ts'
import { writePlan } from './write-plan.ts'
import type { ComputeResult, WriteError } from './write-result.ts'

/**
 * The rows that an insert of the input would store, deferred cells computed too; nothing is stored but media.
 *
 * @throws FUNCTION_UNAVAILABLE when this process lacks a function that is needed
 */
export async function computeRows(
  context: StoreContext,
  table: Declaration,
  input: unknown,
  options: ComputeOptions = {},
): Promise<ComputeResult> {
  const plan = await writePlan(context, table)
  const wanted = options.columns ? withDependencies(plan.spec, options.columns) : new Set(plan.computed)
  const cells = planCells(plan.spec, wanted)
  assertAvailable(cells)
  assertComputable(context, cells)
  const source = rowSource(input)
  const rows: Row[] = []
  const errors: WriteError[] = []
  let done = 0
  for await (const inputs of source.batches()) {
    throwIfAborted(options.signal, plan)
    const start = source.single ? undefined : done
    const prepared = await prepareRows(context, plan, inputs, { ...options, cells, start })
    // Nothing refers to them, so their time to live counts from now.
    const media = mediaOf(prepared.media)
    if (media.length > 0) await (context.session ?? context.database).execute(mediaUpsert(media))
    rows.push(...prepared.rows)
    errors.push(...prepared.invalid, ...cellErrors(prepared))
    done += inputs.length
    options.onProgress?.({ done, ...(source.total === undefined ? {} : { total: source.total }) })
  }
  await options.beforeWrite?.(rows)
  return { rows, errors: errors.sort((a, b) => a.index - b.index) }
}
