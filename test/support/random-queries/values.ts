import type { Value } from './description.ts'

/** The order of values of one type, as `docs/queries.md` has it: text by code point, NaN above all numbers. */
export function compareValues(a: Value, b: Value): number {
  if (typeof a === 'number' && typeof b === 'number') return compareNumbers(a, b)
  if (typeof a === 'string' && typeof b === 'string') return compareTexts(a, b)
  if (a instanceof Date && b instanceof Date) return a.getTime() - b.getTime()
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b)
  throw new Error(`these have no order: ${String(a)}, ${String(b)}`)
}

function compareNumbers(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b))
  return a < b ? -1 : a > b ? 1 : 0
}

function compareTexts(a: string, b: string): number {
  const [x, y] = [[...a], [...b]]
  for (const [index, character] of x.entries()) {
    const other = y[index]
    if (other === undefined) return 1
    const difference = (character.codePointAt(0) ?? 0) - (other.codePointAt(0) ?? 0)
    if (difference !== 0) return difference
  }
  return x.length - y.length
}

/** Equal exactly for values that are the same in groups and sets: null equals null, -0 equals 0, keys have no order. */
export function identityOf(value: Value): string {
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'number') return `n${value + 0}`
  if (value instanceof Date) return `t${value.getTime()}`
  if (Array.isArray(value)) return `[${value.map(identityOf).join(',')}]`
  if (typeof value !== 'object') return JSON.stringify(value)
  const entries = Object.entries(value).map(([name, part]) => `${JSON.stringify(name)}:${identityOf(part)}`)
  return `{${entries.sort().join(',')}}`
}

/** Nulls come last ascending and first descending, unless the term says. */
export function compareTerm(
  a: Value,
  b: Value,
  { direction, nulls }: { readonly direction: 'asc' | 'desc'; readonly nulls: 'first' | 'last' | undefined },
): number {
  if (a === null || b === null) {
    if (a === b) return 0
    const first = (nulls ?? (direction === 'asc' ? 'last' : 'first')) === 'first'
    return (a === null) === first ? -1 : 1
  }
  return direction === 'asc' ? compareValues(a, b) : compareValues(b, a)
}
