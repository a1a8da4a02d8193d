import { isInvalidValue } from '../../types/invalid-value.ts'
import { normaliseJson } from '../../types/json-value.ts'
import { isJsonObject, type Step } from './json-functions.ts'

/** The value as `jsonb` would keep it; null where it cannot be kept, as when it is nested too deep. */
export function keptJson(value: unknown): unknown {
  try {
    return normaliseJson(value)
  } catch (error) {
    if (isInvalidValue(error)) return null
    throw error
  }
}

/** A list, or with names an object. A member that would be nested too deep is null. */
export function buildJson(names: readonly string[] | null, values: readonly unknown[]): unknown {
  const build = (members: readonly unknown[]) =>
    names === null ? members : Object.fromEntries(names.map((name, index) => [name, members[index]]))
  return keptJson(build(values)) ?? keptJson(build(values.map((value) => (keptJson([value]) === null ? null : value))))
}

/**
 * A copy with the value at the path. Missing members on the way are made; a position is one of the list or the one
 * after its end. Null where the path leads into anything else.
 */
export function setAt(target: unknown, path: readonly Step[], value: unknown): unknown {
  const changed = changeAt(target, path, value)
  return changed === undefined ? null : keptJson(changed)
}

function changeAt(target: unknown, [step, ...rest]: readonly Step[], value: unknown): unknown {
  if (step === undefined) return value
  if (typeof step === 'string') {
    if (target !== null && !isJsonObject(target)) return undefined
    const members = new Map(Object.entries(target ?? {}))
    const member = changeAt(members.get(step) ?? null, rest, value)
    return member === undefined ? undefined : Object.fromEntries(members.set(step, member))
  }
  if (!Array.isArray(target)) return undefined
  const place = step < 0 ? target.length + step : step
  if (place < 0 || place > target.length) return undefined
  const element = changeAt(target[place] ?? null, rest, value)
  if (element === undefined) return undefined
  return [...target.slice(0, place), element, ...target.slice(place + 1)]
}

/** A copy without what lies at the path; the same where nothing does. */
export function removeAt(target: unknown, [step, ...rest]: readonly Step[]): unknown {
  if (typeof step === 'string') {
    if (!isJsonObject(target) || !Object.hasOwn(target, step)) return target
    const members = Object.entries(target)
    if (rest.length === 0) return Object.fromEntries(members.filter(([name]) => name !== step))
    return Object.fromEntries(members.map(([name, member]) => [name, name === step ? removeAt(member, rest) : member]))
  }
  if (step === undefined || !Array.isArray(target)) return target
  const place = step < 0 ? target.length + step : step
  if (rest.length === 0) return target.filter((_, index) => index !== place)
  return target.map((element: unknown, index) => (index === place ? removeAt(element, rest) : element))
}

/** The members of both; of those with the same name the second one's. Null unless both are objects. */
export function mergeJson(a: unknown, b: unknown): unknown {
  if (!isJsonObject(a) || !isJsonObject(b)) return null
  return keptJson(Object.fromEntries([...Object.entries(a), ...Object.entries(b)]))
}

export function parseJsonText(text: string): unknown {
  try {
    return keptJson(JSON.parse(text))
  } catch {
    return null
  }
}
