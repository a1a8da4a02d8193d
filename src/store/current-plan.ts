import { isOutdated, isRefusedAsOutdated } from '../catalog/outdated.ts'
import { CellarError } from '../errors/cellar-error.ts'
import type { StoreContext } from './context.ts'
import type { WritePlan } from './write-plan.ts'

/** How often the definition may change while an operation is under way. */
const ATTEMPTS = 10

/**
 * Runs an operation, or what is left of it, under the plan that `load` gives. When its table turns out to have been
 * defined anew, nothing of the last statement was written: it is planned and run again. In `cellar.transaction` the
 * whole of that is.
 *
 * @throws SCHEMA_CHANGED, TABLE_NOT_FOUND, SCHEMA_BEHIND
 */
export async function withCurrentPlan<T>(
  context: StoreContext,
  load: () => Promise<WritePlan>,
  run: (plan: WritePlan) => Promise<T>,
): Promise<T> {
  let plan = await load()
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run(plan)
    } catch (error) {
      if (context.session || !isOutdated(error)) throw error
      context.catalog.invalidate()
      const before = plan
      plan = await load()
      if (isSame(before, plan) && !isRefusedAsOutdated(error)) throw error
      if (attempt < ATTEMPTS) continue
      const reason = `its definition changed ${ATTEMPTS} times while rows were being written`
      throw new CellarError('SCHEMA_CHANGED', { table: plan.spec.path, reason }, { cause: error, retryable: true })
    }
  }
}

function isSame({ table: a }: WritePlan, { table: b }: WritePlan): boolean {
  return a.id === b.id && a.schemaVersion === b.schemaVersion
}
