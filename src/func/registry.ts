import { CellarError } from '../errors/cellar-error.ts'
import type { DeclaredFunction } from './function-definition.ts'
import { sameDefinition } from './same-definition.ts'

/** One registry in a process, however many copies of the package it loads. */
const REGISTRY = Symbol.for('cellar.functions')

type Registry = Map<string, Map<string, DeclaredFunction>>

function registry(): Registry {
  const holder = globalThis as { [REGISTRY]?: Registry }
  holder[REGISTRY] ??= new Map()
  return holder[REGISTRY]
}

/**
 * Makes a function findable by name and version. The same declaration again, from a module loaded twice, replaces it.
 *
 * @throws DUPLICATE_DECLARATION when another function has the name and version
 */
export function registerFunction(definition: DeclaredFunction): void {
  const versions = registry().get(definition.name) ?? new Map<string, DeclaredFunction>()
  const known = versions.get(definition.version)
  if (known && !sameDefinition(known, definition))
    throw new CellarError('DUPLICATE_DECLARATION', {
      kind: 'function',
      name: `${definition.name}@${definition.version}`,
    })
  versions.delete(definition.version)
  versions.set(definition.version, definition)
  registry().set(definition.name, versions)
}

/** Whether this process has a function, named as `name@version`. */
export function hasFunction(id: string): boolean {
  const at = id.indexOf('@')
  return findFunction(id.slice(0, at), id.slice(at + 1)) !== undefined
}

/** The function of that name; without a version, the one declared last. */
export function findFunction(name: string, version?: string): DeclaredFunction | undefined {
  const versions = registry().get(name)
  if (version !== undefined) return versions?.get(version)
  return versions ? [...versions.values()].at(-1) : undefined
}
