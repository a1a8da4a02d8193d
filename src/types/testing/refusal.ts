import { expect } from 'vitest'
import type { ColumnType } from '../column-type.ts'

/** Matches the error of an unusable value whose issues lie at these paths. */
export function invalidAt(...paths: readonly (readonly (string | number)[])[]) {
  const issues = paths.map((path) => expect.objectContaining({ path, code: 'INVALID_VALUE' }))
  return expect.objectContaining({ code: 'INVALID_VALUE', issues })
}

export const invalid = invalidAt([])
export const misdeclared = expect.objectContaining({ code: 'INVALID_DECLARATION' })

/** What a value is after it went through the given text of Postgres. */
export function throughText<V>(type: ColumnType<V>, value: unknown, text = String(type.encode(type.parse(value)))): V {
  return type.decode(text)
}
