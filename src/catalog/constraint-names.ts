import { hash } from 'node:crypto'
import type { TableSpec } from '../schema/table-spec.ts'

const LONGEST_IDENTIFIER = 63

/** No path and no column starts a name with `$` parts of its own, so these never meet a table's name. */
export const historyName = (path: string): string => `${path}$history`
export const primaryKeyName = (path: string): string => `${path}$pkey`
export const rowidKeyName = (path: string): string => `${path}$_rowid$key`
export const historyKeyName = (path: string): string => `${path}$history$pkey`
export const uniqueName = (path: string, column: string): string => columnName(path, column, 'key')
export const referenceName = (path: string, column: string): string => columnName(path, column, 'ref')
export const filledName = (path: string, column: string): string => columnName(path, column, 'filled')

/** The columns that a violated primary key or unique constraint is about; undefined for other constraints. */
export function keyColumnsOf(spec: TableSpec, constraint: string): readonly string[] | undefined {
  if (constraint === primaryKeyName(spec.path)) return spec.primaryKey
  const column = spec.order.find((name) => uniqueName(spec.path, name) === constraint)
  return column === undefined ? undefined : [column]
}

/** The column whose reference a constraint checks; undefined for other constraints. */
export function referencingColumnOf(spec: TableSpec, constraint: string): string | undefined {
  return spec.order.find((name) => referenceName(spec.path, name) === constraint)
}

/** Postgres cuts longer names, which would make two of them equal; the hash keeps them apart. */
function columnName(path: string, column: string, suffix: string): string {
  const name = `${path}$${column}$${suffix}`
  if (Buffer.byteLength(name) <= LONGEST_IDENTIFIER) return name
  return `${path}$${hash('sha256', column, 'hex').slice(0, 7)}$${suffix}`
}
