import type { ExprNode } from '../expr/node.ts'
import { callsOf } from '../expr/walk.ts'
import type { AnyTable } from './table.ts'
import type { TableSpec } from './table-spec.ts'
import { specOfTable } from './table-value.ts'

/** Begins the names of the functions that stand for queries. */
export const LOOKUP = 'lookup.'

/** The computed columns whose cells depend on rows of other tables. */
export function lookupColumns(spec: TableSpec): readonly string[] {
  return Object.keys(spec.computed).filter((name) => lookupsOf(spec.computed[name]?.node).length > 0)
}

/**
 * The column of the database, which is none of the table's, that keeps for each cell of a lookup when it was looked up:
 * the newest version then, and the snapshot of Postgres, which tells what was not committed yet.
 */
export const momentColumn = (column: string): string => `_at_${column}`

/** By column, the paths of the tables that its lookups read, as far as this process has declared them. */
export function tablesLookedUp(spec: TableSpec): Readonly<Record<string, readonly string[]>> {
  const read = lookupColumns(spec).map((name) => {
    const tables = lookupsOf(spec.computed[name]?.node).flatMap(({ definition }) => definition?.refersTo ?? [])
    return [name, [...new Set(tables.map((table) => specOfTable(table as AnyTable).path))].sort()] as const
  })
  return Object.fromEntries(read)
}

function lookupsOf(node: ExprNode | undefined) {
  return node === undefined ? [] : callsOf(node).filter((call) => call.function.name.startsWith(LOOKUP))
}
