import type { AnyCall } from './operation.ts'

/** Who calls, and what ends it. */
export function callerOf({ actor, signal }: AnyCall) {
  return { ...(actor === undefined ? undefined : { actor }), ...(signal === undefined ? undefined : { signal }) }
}
