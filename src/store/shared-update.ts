import type { RawRow } from '../schema/row-codec.ts'
import type { ChangePlan } from './change-plan.ts'
import type { StoreContext } from './context.ts'
import { type QuickChange, quickUpdate, quickUpdates } from './quick-update.ts'
import { type LoneRow, shareStatements } from './shared-statements.ts'
import { derive } from './write-plan.ts'

export interface LoneUpdate extends LoneRow {
  /** Equal keys have equal texts. */
  readonly keyText: string
}

/** A quick update; concurrent ones of the same columns share a statement. */
export async function updateShared(
  context: StoreContext,
  quick: QuickChange,
  update: LoneUpdate,
): Promise<RawRow | undefined> {
  const { database } = context
  const { plan, change, returnRows } = quick
  if (!canShare(change)) return quickUpdate(database, quick, update)
  const share = derive(plan, `shared updates ${returnRows} ${change.key}`, () =>
    shareStatements<LoneUpdate, RawRow | undefined>(context, {
      keyOf: ({ keyText }) => keyText,
      run: (updates) => quickUpdates(database, quick, updates),
      runAlone: (lone) => quickUpdate(database, quick, lone),
    }),
  )
  return share(update)
}

/**
 * What one row gives up of a unique column another may take: the numbers have to tell in which order, and a statement
 * does not say in which order it changes its rows.
 */
function canShare({ set }: ChangePlan): boolean {
  return !set.some(({ spec }) => spec?.unique)
}
