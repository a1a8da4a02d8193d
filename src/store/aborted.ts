import { CellarError } from '../errors/cellar-error.ts'
import type { WritePlan } from './write-plan.ts'

/** @throws ABORTED */
export function throwIfAborted(signal: AbortSignal | undefined, plan: WritePlan): void {
  if (signal?.aborted) {
    throw new CellarError('ABORTED', { subject: `Writing to table ${plan.spec.path}` }, { cause: signal.reason })
  }
}
