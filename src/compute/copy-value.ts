/** What a function does to its arguments must not reach the row. Media values are frozen and passed on. */
export function copyValue(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  if (Array.isArray(value)) return value.map(copyValue)
  if (value instanceof Date) return new Date(value)
  if (value instanceof Uint8Array || value instanceof Float32Array) return value.slice()
  const copy: Record<string, unknown> = {}
  for (const key of Object.keys(value)) define(copy, key, copyValue((value as Record<string, unknown>)[key]))
  return copy
}

/** `__proto__` is an ordinary key in JSON, and a trap for an assignment. */
function define(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true })
  else target[key] = value
}
