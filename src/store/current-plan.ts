import type { Declaration } from '../catalog/catalog.ts'
import { DatabaseError } from '../database/database-error.ts'
import { CellarError } from '../errors/cellar-error.ts'
import type { StoreContext } from './context.ts'
import { type WritePlan, writePlan } from './write-plan.ts'

/** SQLSTATEs of a definition that changed since the statement was compiled. */
const OUTDATED = new Set(['42P01', '42703', '42804', '0A000'])

/**
 * Runs a step that only sends what was worked out under `plan`. When the table turns out to have been defined anew it
 * is run once more under the new definition, provided that what was worked out still fits.
 *
 * @throws SCHEMA_CHANGED, TABLE_NOT_FOUND, SCHEMA_BEHIND
 */
export async function withCurrentPlan<T>(
  context: StoreContext,
  plan: WritePlan,
  table: Declaration,
  run: (plan: WritePlan) => Promise<T>,
): Promise<T> {
  try {
    return await run(plan)
  } catch (error) {
    if (context.session || !(error instanceof DatabaseError) || !OUTDATED.has(error.sqlState)) throw error
    context.catalog.invalidate()
    const current = await writePlan(context, table)
    if (current.table === plan.table) throw error
    if (shapeOf(current) === shapeOf(plan)) return run(current)
    const reason = 'its columns changed while rows were being written'
    throw new CellarError('SCHEMA_CHANGED', { table: plan.spec.path, reason }, { cause: error, retryable: true })
  }
}

function shapeOf(plan: WritePlan): string {
  return JSON.stringify(plan.stored.map(({ name, type, spec }) => [name, type.postgres, spec?.nullable ?? null]))
}
