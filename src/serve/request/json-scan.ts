import { CellarError } from '../../errors/cellar-error.ts'
import { MAX_DEPTH } from '../../types/json-value.ts'

/** An array of rows around the deepest value of a JSON column. */
const DEEPEST = MAX_DEPTH + 2
const QUOTE = 0x22
const BACKSLASH = 0x5c
const COLON = 0x3a
const COMMA = 0x2c

/**
 * Counts the keys of the objects at a level, 1 being the outermost, and bounds the depth, before anything is built.
 * What is no JSON is counted somehow: the parser refuses it.
 *
 * @throws BODY_UNREADABLE
 */
export function countKeys(body: Uint8Array, level: number): number {
  let [depth, keys] = [0, 0]
  for (let i = 0; i < body.length; i += 1) {
    const byte = body[i] as number
    if (byte === QUOTE) i = endOfString(body, i)
    else if (byte === COLON) keys += depth === level ? 1 : 0
    else if (byte === 0x7b || byte === 0x5b) {
      depth += 1
      if (depth > DEEPEST)
        throw new CellarError('BODY_UNREADABLE', { reason: `it is nested more than ${MAX_DEPTH} levels deep` })
    } else if (byte === 0x7d || byte === 0x5d) depth -= 1
  }
  return keys
}

/** The position of the closing quote. */
function endOfString(body: Uint8Array, start: number): number {
  let i = start + 1
  for (; i < body.length; i += 1) {
    const byte = body[i]
    if (byte === BACKSLASH) i += 1
    else if (byte === QUOTE) break
  }
  return i
}

/** The keys that an object at a level has twice, by the position of the object in the list around it. Of valid JSON. */
export function repeatedKeys(body: Buffer, level: number): ReadonlyMap<number, ReadonlySet<string>> {
  const repeated = new Map<number, Set<string>>()
  let [depth, row] = [0, 0]
  let seen = new Set<string>()
  let last = ''
  for (let i = 0; i < body.length; i += 1) {
    const byte = body[i] as number
    if (byte === QUOTE) {
      const end = endOfString(body, i)
      if (depth === level) last = body.toString('utf8', i, end + 1)
      i = end
    } else if (byte === 0x7b || byte === 0x5b) {
      depth += 1
      if (depth === level) seen = new Set()
    } else if (byte === 0x7d || byte === 0x5d) depth -= 1
    else if (byte === COMMA && depth === level - 1) row += 1
    else if (byte === COLON && depth === level) {
      const key: string = JSON.parse(last)
      if (seen.has(key)) repeated.set(row, (repeated.get(row) ?? new Set()).add(key))
      seen.add(key)
    }
  }
  return repeated
}
