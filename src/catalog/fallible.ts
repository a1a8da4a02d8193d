import { callsOf, columnsOf } from '../expr/walk.ts'
import type { TableSpec } from '../schema/table-spec.ts'

/**
 * True when a computed cell always gets a value in its write. Expressions are total; functions may fail, and a failed
 * cell and what depends on it are stored as null when the write says `onError: 'store'`.
 */
export function alwaysHasValue(spec: TableSpec, name: string): boolean {
  const computed = spec.computed[name]
  if (!computed || computed.nullable) return false
  return neverFails(spec, name)
}

function neverFails(spec: TableSpec, name: string): boolean {
  const computed = spec.computed[name]
  if (!computed) return true
  if (computed.mode === 'deferred' || callsOf(computed.node).length > 0) return false
  return [...columnsOf(computed.node)].every((column) => neverFails(spec, column))
}
