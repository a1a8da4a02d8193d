import { createHash } from 'node:crypto'
import type { FunctionArgs, FunctionDefinition } from '../func/function-definition.ts'

const MAX_KEY = 256

/**
 * Equal for calls of one function with equal arguments. Undefined for functions without arguments: their answers
 * are expected to differ (a random token, the time).
 */
export function memoKey(definition: FunctionDefinition, args: FunctionArgs): string | undefined {
  const { name, version, args: specs } = definition
  const names = Object.keys(specs)
  if (names.length === 0) return undefined
  const values = names.map((argument) => keyOf(args[argument], (value) => specs[argument]?.type.encode(value)))
  const text = JSON.stringify([name, version, ...values])
  return text.length <= MAX_KEY ? text : createHash('sha256').update(text).digest('base64')
}

function keyOf(value: unknown, encode: (value: unknown) => unknown): unknown {
  if (typeof value === 'string' || value === null || value === undefined) return value ?? null
  const encoded = value instanceof Uint8Array ? value : encode(value)
  if (encoded instanceof Uint8Array) return createHash('sha256').update(encoded).digest('base64')
  // In brackets, so that the text of a number is not taken for the text.
  return [typeof encoded === 'string' ? encoded : String(encoded)]
}
