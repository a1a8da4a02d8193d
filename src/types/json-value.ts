import type { JsonObject, JsonValue } from '../util/json.ts'
import { describeValue } from './describe-value.ts'
import { type InvalidValue, invalidValue } from './invalid-value.ts'
import { textProblem } from './well-formed.ts'

/** Nesting beyond this is refused: Postgres and JavaScript both recurse into JSON, and a stack overflow has no good answer. */
export const MAX_DEPTH = 1000

/**
 * A copy of a JSON value as `jsonb` would give it back: keys ordered by length and then bytes, no negative zero,
 * members without a value left out. So what is computed before a write equals what is computed after it.
 *
 * @throws INVALID_VALUE with the path of what is no JSON
 */
export function normaliseJson(value: unknown): JsonValue {
  const copy = copyValue(value, 0)
  if (copy === undefined) throw findProblem(value)
  return copy
}

/** Undefined stands for "cannot be kept": errors are rare and looked for in a second pass, which knows the path. */
function copyValue(value: unknown, depth: number): JsonValue | undefined {
  switch (typeof value) {
    case 'string':
      return textProblem(value) === undefined ? value : undefined
    case 'number':
      return Number.isFinite(value) ? value + 0 : undefined
    case 'boolean':
      return value
    case 'object':
      if (value === null) return null
      if (depth >= MAX_DEPTH) return undefined
      if (Array.isArray(value)) return copyArray(value, depth + 1)
      return isPlain(value) ? copyObject(value as Readonly<Record<string, unknown>>, depth + 1) : undefined
    default:
      return undefined
  }
}

function copyArray(values: readonly unknown[], depth: number): JsonValue[] | undefined {
  const copy: JsonValue[] = []
  for (let i = 0; i < values.length; i += 1) {
    const element = copyValue(values[i], depth)
    if (element === undefined) return undefined
    copy.push(element)
  }
  return copy
}

function copyObject(object: Readonly<Record<string, unknown>>, depth: number): JsonObject | undefined {
  const copy: Record<string, JsonValue> = {}
  for (const key of sortKeys(Object.keys(object))) {
    const member = object[key]
    if (member === undefined) continue
    const value = copyValue(member, depth)
    if (value === undefined || textProblem(key) !== undefined) return undefined
    // Assigning to `__proto__` would set the prototype.
    if (key === '__proto__')
      Object.defineProperty(copy, key, { value, enumerable: true, configurable: true, writable: true })
    else copy[key] = value
  }
  return copy
}

/** Of any realm: the prototype is none, or one that has none itself. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

/** Keys in the order in which `jsonb` keeps them; the array itself is sorted. */
export function sortKeys(keys: string[]): string[] {
  for (let i = 1; i < keys.length; i += 1)
    if (compareKeys(keys[i - 1] as string, keys[i] as string) > 0) return keys.sort(compareKeys)
  return keys
}

const ASCII = /^[\0-\x7f]*$/

/** By length in bytes, then by bytes, as `jsonb` keeps them. */
function compareKeys(a: string, b: string): number {
  if (ASCII.test(a) && ASCII.test(b)) return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0)
  const [x, y] = [Buffer.from(a), Buffer.from(b)]
  return x.length - y.length || Buffer.compare(x, y)
}

function findProblem(value: unknown): InvalidValue {
  const path: (string | number)[] = []
  return invalidValue(search(value, path) ?? 'is not JSON', path)
}

/** The first problem; `path` then leads to it. */
function search(value: unknown, path: (string | number)[]): string | undefined {
  if (typeof value === 'string') return textProblem(value)
  if (value === null || typeof value === 'boolean' || Number.isFinite(value)) return undefined
  if (typeof value !== 'object') return `is ${describeValue(value)}, which JSON cannot hold`
  if (path.length >= MAX_DEPTH) {
    path.length = 0
    return `is nested more than ${MAX_DEPTH} levels deep, or refers to itself`
  }
  if (Array.isArray(value)) return searchMembers(value.entries(), path)
  if (!isPlain(value)) return `is ${describeValue(value)}, which JSON cannot hold`
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  const badKey = members.find(([key]) => textProblem(key) !== undefined)
  return badKey ? `has a key that ${textProblem(badKey[0])}` : searchMembers(members, path)
}

function searchMembers(
  members: Iterable<readonly [string | number, unknown]>,
  path: (string | number)[],
): string | undefined {
  for (const [step, member] of members) {
    const depth = path.push(step)
    const problem = search(member, path)
    if (problem !== undefined) return problem
    path.length = depth - 1
  }
  return undefined
}
