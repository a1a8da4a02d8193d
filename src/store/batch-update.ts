import type { Session } from '../database/database.ts'
import { CellarError } from '../errors/cellar-error.ts'
import type { Row } from '../schema/row-codec.ts'
import type { KeyedChange } from './keyed-change.ts'
import type { BatchUpdateOptions } from './write-options.ts'
import type { WritePlan } from './write-plan.ts'
import type { WriteError } from './write-result.ts'

export interface BatchUpdate {
  readonly plan: WritePlan
  readonly changes: readonly KeyedChange[]
  /** The row was not given in a list: errors name no place in one. */
  readonly single?: boolean
}

export interface BatchUpdated {
  readonly count: number
  readonly version: number
  /** By position in the input. */
  readonly rows: ReadonlyMap<number, Row>
  readonly errors: readonly WriteError[]
}

export interface KeyedWriteOptions extends Omit<BatchUpdateOptions, 'alongside'> {
  readonly alongside?: ((session: Session, updated: BatchUpdated) => Promise<void>) | undefined
}

/** The rows in the order of the input. */
export function rowsInOrder(rows: ReadonlyMap<number, Row>): Row[] {
  return [...rows].sort(([a], [b]) => a - b).map(([, row]) => row)
}

function keyOf(plan: WritePlan, change: KeyedChange): string {
  return plan.key.map(({ name }) => `${name} = ${String(change.key[name])}`).join(', ')
}

export function missingRow(plan: WritePlan, change: KeyedChange): CellarError<'ROW_NOT_FOUND'> {
  const key = keyOf(plan, change)
  const message = `There is no row with ${key}.`
  const issues = [{ path: [change.index], code: 'ROW_NOT_FOUND', message }]
  return new CellarError('ROW_NOT_FOUND', { table: plan.spec.path, key }, { issues })
}
