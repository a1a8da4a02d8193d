import { compareFloat } from './float.ts'
import { compareText } from './text-order.ts'

/** Kinds of JSON from the least to the greatest, as `jsonb` orders them. */
function rank(value: unknown): number {
  if (value === null) return 0
  if (typeof value === 'string') return 1
  if (typeof value === 'number') return 2
  if (typeof value === 'boolean') return 3
  return Array.isArray(value) ? 4 : 5
}

/** A total order of normalised JSON: zero for what `jsonb` takes for equal. */
export function compareJson(a: unknown, b: unknown): number {
  if (a === b) return 0
  const kind = rank(a)
  const difference = kind - rank(b)
  if (difference !== 0) return difference
  if (kind === 1) return compareText(a as string, b as string)
  if (kind === 2) return compareFloat(a as number, b as number)
  if (kind === 3) return Number(a) - Number(b)
  if (kind === 4) return compareLists(a as readonly unknown[], b as readonly unknown[])
  return compareMembers(a as object, b as object)
}

function compareLists(a: readonly unknown[], b: readonly unknown[]): number {
  if (a.length !== b.length) return a.length - b.length
  for (let i = 0; i < a.length; i += 1) {
    const order = compareJson(a[i], b[i])
    if (order !== 0) return order
  }
  return 0
}

function compareMembers(a: object, b: object): number {
  const [x, y] = [sortedMembers(a), sortedMembers(b)]
  if (x.length !== y.length) return x.length - y.length
  for (const [i, [key, value]] of x.entries()) {
    const [otherKey, other] = y[i] as [string, unknown]
    const order = compareText(key, otherKey) || compareJson(value, other)
    if (order !== 0) return order
  }
  return 0
}

/** Objects are equal whatever the order of their keys. */
function sortedMembers(object: object): [string, unknown][] {
  return Object.entries(object).sort(([a], [b]) => compareText(a, b))
}
