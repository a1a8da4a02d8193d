import type { OrderSpec } from '../expr/order-term.ts'

/** Compares two rows by the values of their order terms, the way Postgres does. */
export function compareRows(order: readonly OrderSpec[], a: readonly unknown[], b: readonly unknown[]): number {
  for (const [index, term] of order.entries()) {
    const [x, y] = [a[index], b[index]]
    const descending = term.direction === 'desc'
    const nullsFirst = term.nulls === undefined ? descending : term.nulls === 'first'
    if (x === null || y === null) {
      if (x === y) continue
      return (x === null) === nullsFirst ? -1 : 1
    }
    const compared = term.node.type.compare(x, y)
    if (compared !== 0) return descending ? -compared : compared
  }
  return 0
}
