import { CellarError } from '../errors/cellar-error.ts'
import { parseReference } from '../schema/reference.ts'
import type { TableSpec } from '../schema/table-spec.ts'

/** Checks what the declarations reference, among themselves and in the database. @throws INVALID_DECLARATION */
export function assertReferences(specs: readonly TableSpec[], known: ReadonlyMap<string, TableSpec>): void {
  for (const spec of specs) {
    for (const [name, column] of Object.entries(spec.columns)) {
      if (column.references === undefined) continue
      const subject = `column ${name} of table ${spec.path}`
      const reference = parseReference(column.references, subject)
      const target = specs.find(({ path }) => path === reference.table) ?? known.get(reference.table)
      const reason = refusal(target, reference.column, column.type.postgres)
      if (reason === undefined) continue
      throw new CellarError('INVALID_DECLARATION', { subject, reason: `it references ${column.references}, ${reason}` })
    }
  }
}

function refusal(target: TableSpec | undefined, name: string, type: string): string | undefined {
  if (!target) return 'but there is no such table; declare it beside this one or apply it first'
  const column = target.columns[name]
  if (!column) return `but ${target.path} has no plain column ${name}`
  const isKey = target.primaryKey.length === 1 && target.primaryKey[0] === name
  if (!isKey && !column.unique) return 'which is neither unique nor the whole primary key'
  if (column.type.postgres !== type) return `which has another type (${column.type.kind})`
  return undefined
}

/** Paths of the tables, other than itself, that reference a table. */
export function referencingTables(path: string, specs: Iterable<TableSpec>): readonly string[] {
  const users = [...specs].filter((spec) =>
    Object.values(spec.columns).some(
      ({ references }) => references !== undefined && parseReference(references, spec.path).table === path,
    ),
  )
  return users.map((spec) => spec.path).filter((user) => user !== path)
}
