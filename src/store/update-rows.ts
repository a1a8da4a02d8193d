import type { Declaration } from '../catalog/catalog.ts'
import type { ExprNode } from '../expr/node.ts'
import { isSqlCompilable } from '../expr/sql-compilable.ts'
import type { StoredMedia } from '../media/stored-media.ts'
import { keyOperands } from '../query/conditions.ts'
import type { Row } from '../schema/row-codec.ts'
import type { BatchUpdate } from './batch-update.ts'
import { refusedMedia } from './cell-error.ts'
import { changePlan } from './change-plan.ts'
import type { StoreContext } from './context.ts'
import { withCurrentPlan } from './current-plan.ts'
import { assertComputable, ingestRows } from './evaluate.ts'
import { assertCheapNodes } from './evaluate-changes.ts'
import { keyText } from './keyed-change.ts'
import { requireChanges } from './parse-changes.ts'
import { dependsOnlyOn, type PreparedUpdate } from './prepared-update.ts'
import { readAndUpdate } from './read-and-update.ts'
import { selectRows } from './selection.ts'
import { mediaOf } from './staged-batch.ts'
import { updateByKey } from './update-by-key.ts'
import { updateInPlace } from './update-by-statement.ts'
import type { UpdateOptions } from './write-options.ts'
import { type WriteColumn, type WritePlan, writePlan } from './write-plan.ts'
import type { WriteResult } from './write-result.ts'

/**
 * Changes the rows that match and computes what depends on the change: all of them, under one version, or none. When
 * the dependent cells need nothing but the given values it is one statement; else the rows are read, evaluated without
 * a transaction, and written if they are still the ones that were read, those that moved being evaluated again.
 *
 * @throws INVALID_VALUE, UNKNOWN_COLUMN, MISSING_VALUE, DUPLICATE_KEY, CELL_FAILED, TRANSACTION_CONFLICT, ABORTED
 */
export async function updateRows(
  context: StoreContext,
  table: Declaration,
  input: unknown,
  options: UpdateOptions = {},
): Promise<WriteResult> {
  const load = () => writePlan(context, table)
  return withCurrentPlan(context, load, (plan) => updatePlanned(context, plan, input, options))
}

async function updatePlanned(
  context: StoreContext,
  plan: WritePlan,
  input: unknown,
  options: UpdateOptions,
): Promise<WriteResult> {
  const changes = requireChanges(plan, input, { validated: options.validated, expressions: true })
  const change = changePlan(plan, [...Object.keys(changes.values), ...changes.nodes.keys()])
  const selection = selectRows(plan, options.where)
  assertComputable(context, change.cells)
  assertCheapNodes(context, plan, [...changes.nodes.values(), ...selection.filters])
  if (change.set.length === 0) return { count: 0, version: 0, rows: [], errors: [] }
  const media = await ingestValues(context, plan, changes.values, options)
  const update = { plan, change, changes, media, selection }
  const batch = singleRow(update, options)
  if (batch) {
    const result = await updateByKey(context, batch, { ...options, ifMissing: 'ignore' })
    return { ...result, rows: [...result.rows.values()], errors: [...result.errors] }
  }
  return needsRows(update, options) ? readAndUpdate(context, update, options) : updateInPlace(context, update, options)
}

/** The update as one by key, when its condition says no more than which key the row has. */
function singleRow(update: PreparedUpdate, options: UpdateOptions): BatchUpdate | undefined {
  const { plan, change, changes, media } = update
  const { values, nodes } = changes
  if (options.beforeWrite || nodes.size > 0 || plan.key.some(({ name }) => Object.hasOwn(values, name)))
    return undefined
  const key = keyOf(plan, options.where)
  if (key === undefined || !dependsOnlyOn(change, new Set(Object.keys(values)))) return undefined
  const keyed = { index: 0, key, keyText: keyText(plan, key), values, change, media }
  return { plan, changes: [keyed], single: true }
}

function keyOf(plan: WritePlan, where: ExprNode | undefined): Row | undefined {
  const names = plan.key.map(({ name }) => name)
  const entries = keyOperands(where, names)?.flatMap((operand, at) => {
    const column = plan.key[at] as WriteColumn
    const same = operand.kind === 'literal' && operand.value !== null && operand.type.cast === column.type.cast
    return same ? [[column.name, operand.value] as const] : []
  })
  return entries?.length === names.length ? Object.fromEntries(entries) : undefined
}

/** Stores the media among the values, once for all rows. */
async function ingestValues(
  context: StoreContext,
  plan: WritePlan,
  values: Row,
  options: UpdateOptions,
  position?: number,
): Promise<readonly StoredMedia[]> {
  const ingested = await ingestRows(context, plan, [values], options)
  const [refused] = ingested.refused
  if (refused) throw refusedMedia(plan, refused, position)
  return mediaOf(ingested.media)
}

/** True when something about the rows has to be known in JavaScript before they can be written. */
function needsRows({ change, changes, selection }: PreparedUpdate, options: UpdateOptions): boolean {
  if (options.beforeWrite || selection.filters.length > 0) return true
  if ([...changes.nodes.values()].some((node) => !isSqlCompilable(node))) return true
  return !dependsOnlyOn(change, new Set(Object.keys(changes.values)))
}
