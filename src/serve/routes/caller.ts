import type { OperationCall } from './operation.ts'

/** Who calls, and what ends it. */
export function callerOf({ actor, signal }: OperationCall) {
  return { ...(actor === undefined ? undefined : { actor }), ...(signal === undefined ? undefined : { signal }) }
}
