import { CellarError } from '../errors/cellar-error.ts'
import type { TableSpec } from '../schema/table-spec.ts'
import type { ColumnType } from '../types/column-type.ts'
import { types } from '../types/kinds.ts'

/** Columns that every table has beside the declared ones. */
const SYSTEM_COLUMNS: Readonly<Record<string, ColumnType>> = {
  _rowid: types.int,
  _version: types.int,
  _cells: types.json,
}

/** How the text of a stored column is read. */
export function storedType(spec: TableSpec, name: string): ColumnType {
  const type = spec.columns[name]?.type ?? spec.computed[name]?.type ?? SYSTEM_COLUMNS[name]
  if (type) return type
  throw new CellarError('UNKNOWN_COLUMN', { subject: `table ${spec.path}`, column: name, known: spec.order.join(', ') })
}
