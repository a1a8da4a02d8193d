import type { Declaration } from '../catalog/catalog.ts'
import { isRowRefusal } from './conflicts.ts'
import type { StoreContext } from './context.ts'
import { withCurrentPlan } from './current-plan.ts'
import { assertComputable } from './evaluate.ts'
import { insertOne } from './insert-one.ts'
import { canPipe, insertPiped } from './insert-piped.ts'
import { EvaluatedInsert } from './insert-staged.ts'
import { rowSource } from './row-source.ts'
import type { InsertOptions } from './write-options.ts'
import { type WritePlan, writePlan } from './write-plan.ts'
import type { WriteResult } from './write-result.ts'

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
  const load = async () => {
    const plan = await writePlan(context, table)
    assertComputable(context, plan.eager)
    return plan
  }
  const source = rowSource(input)
  if (source.total === 1 && options.onInvalid !== 'skip') {
    const row = source.single ? input : (input as readonly unknown[])[0]
    const position = source.single ? undefined : 0
    return withCurrentPlan(context, load, (plan) => insertOne(context, { plan, row, position }, options))
  }
  const piped = await withCurrentPlan(context, load, (plan) => pipe(context, plan, input, options))
  if (piped) return piped
  await using evaluated = new EvaluatedInsert(context, options)
  // A stream can be read once: what was read of it is evaluated again when the definition changes before it is written.
  await evaluated.read(await load(), source)
  return await withCurrentPlan(context, load, async (plan) => {
    await evaluated.adapt(plan)
    return evaluated.write()
  })
}

/** Undefined where all rows have to be evaluated before the transaction opens, or have to be to tell which of them is refused. */
async function pipe(
  context: StoreContext,
  plan: WritePlan,
  input: unknown,
  options: InsertOptions,
): Promise<WriteResult | undefined> {
  if (!canPipe(plan, input, options)) return undefined
  try {
    return await insertPiped(context, { plan, source: rowSource(input) }, options)
  } catch (error) {
    // Which row it was is found out on the other way, where all that was evaluated is kept.
    if (!isRowRefusal(error) || context.session) throw error
    return undefined
  }
}
