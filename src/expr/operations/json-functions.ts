export type Step = string | number

/** The value at a path; null where a step finds nothing. Negative numbers count from the end of a list. */
export function jsonAt(value: unknown, path: readonly Step[]): unknown {
  let current = value
  for (const step of path) {
    if (typeof step === 'number') current = Array.isArray(current) ? current.at(step) : null
    else current = isJsonObject(current) && Object.hasOwn(current, step) ? current[step] : null
  }
  return current ?? null
}

/** Equality of JSON values, whatever the order of their keys. */
export function jsonEquals(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false
    return a.every((element, index) => jsonEquals(element, b[index]))
  }
  if (!isJsonObject(a) || !isJsonObject(b)) return false
  const keys = Object.keys(a)
  return (
    keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && jsonEquals(a[key], b[key]))
  )
}

export function isJsonObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
