import { CellarError } from '../errors/cellar-error.ts'
import type { DeclaredFunction } from './function-definition.ts'
import { type Declared, sameDefinition } from './same-definition.ts'

/** One registry of each kind in a process, however many copies of the package it loads. */
const REGISTRIES = {
  function: Symbol.for('cellar.functions'),
  aggregate: Symbol.for('cellar.aggregates'),
  iterator: Symbol.for('cellar.iterators'),
} as const

type Kind = keyof typeof REGISTRIES
type Registry = Map<string, Map<string, Declared>>

function registry(kind: Kind): Registry {
  const holder = globalThis as { [key: symbol]: Registry | undefined }
  const known = holder[REGISTRIES[kind]]
  if (known) return known
  const made: Registry = new Map()
  holder[REGISTRIES[kind]] = made
  return made
}

/**
 * Makes a declaration findable by name and version. The same one again, from a module loaded twice, replaces it.
 *
 * @throws DUPLICATE_DECLARATION when another one of the kind has the name and version
 */
export function register(kind: Kind, definition: Declared): void {
  const all = registry(kind)
  const versions = all.get(definition.name) ?? new Map<string, Declared>()
  const known = versions.get(definition.version)
  if (known && !sameDefinition(known, definition))
    throw new CellarError('DUPLICATE_DECLARATION', { kind, name: `${definition.name}@${definition.version}` })
  versions.delete(definition.version)
  versions.set(definition.version, definition)
  all.set(definition.name, versions)
}

/** Whether this process has a function, named as `name@version`. */
export function hasFunction(id: string): boolean {
  const at = id.indexOf('@')
  return findFunction(id.slice(0, at), id.slice(at + 1)) !== undefined
}

/** The function of that name; without a version, the one declared last. */
export function findFunction(name: string, version?: string): DeclaredFunction | undefined {
  const versions = registry('function').get(name) as ReadonlyMap<string, DeclaredFunction> | undefined
  if (version !== undefined) return versions?.get(version)
  return versions ? [...versions.values()].at(-1) : undefined
}
