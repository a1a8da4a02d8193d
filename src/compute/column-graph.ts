import { columnsOf } from '../expr/walk.ts'
import type { TableSpec } from '../schema/table-spec.ts'

/**
 * The computed columns that are done before a write is acknowledged: the eager ones, except those that read, directly
 * or through others, a deferred one.
 */
export function eagerColumns(spec: TableSpec): ReadonlySet<string> {
  const eager = new Set<string>()
  for (const [name, { mode, node }] of Object.entries(spec.computed)) {
    const ready = [...columnsOf(node)].every((read) => !Object.hasOwn(spec.computed, read) || eager.has(read))
    if (mode === 'eager' && ready) eager.add(name)
  }
  return eager
}

/** The computed columns that a change of the given columns reaches, directly or through others. */
export function dependentsOf(spec: TableSpec, changed: Iterable<string>): ReadonlySet<string> {
  const reached = new Set(changed)
  const dependents = new Set<string>()
  for (const [name, { node }] of Object.entries(spec.computed)) {
    if (![...columnsOf(node)].some((read) => reached.has(read))) continue
    reached.add(name)
    dependents.add(name)
  }
  return dependents
}

/** The given computed columns and all computed columns that they read, directly or through others. */
export function withDependencies(spec: TableSpec, wanted: Iterable<string>): ReadonlySet<string> {
  const needed = new Set(wanted)
  for (const [name, { node }] of Object.entries(spec.computed).reverse()) {
    if (!needed.has(name)) continue
    for (const read of columnsOf(node)) if (Object.hasOwn(spec.computed, read)) needed.add(read)
  }
  return new Set([...needed].filter((name) => Object.hasOwn(spec.computed, name)))
}
