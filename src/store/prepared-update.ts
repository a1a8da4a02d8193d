import type { StoredMedia } from '../media/stored-media.ts'
import type { ChangePlan } from './change-plan.ts'
import type { Changes } from './parse-changes.ts'
import type { Selection } from './selection.ts'
import type { WritePlan } from './write-plan.ts'

/** An update whose values were parsed and whose media are stored. */
export interface PreparedUpdate {
  readonly plan: WritePlan
  readonly change: ChangePlan
  readonly changes: Changes
  readonly media: readonly StoredMedia[]
  readonly selection: Selection
}

/** True when the dependent cells can be computed from the given columns alone. */
export function dependsOnlyOn(change: ChangePlan, given: ReadonlySet<string>): boolean {
  return [...change.cells.inputs].every((name) => given.has(name))
}
