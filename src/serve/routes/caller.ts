import type { AnyCall } from './operation.ts'

/** Who calls, what ends it, and who is told how far it is. */
export function callerOf({ actor, signal, onProgress }: AnyCall) {
  return {
    ...(actor === undefined ? undefined : { actor }),
    ...(signal === undefined ? undefined : { signal }),
    ...(onProgress === undefined ? undefined : { onProgress }),
  }
}
