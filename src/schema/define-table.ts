import { CellarError } from '../errors/cellar-error.ts'
import type { ExprNode } from '../expr/node.ts'
import { walkNode } from '../expr/walk.ts'
import type { AnyColumn, Columns } from '../types/column.ts'
import { type ColumnSpec, specOfColumn } from '../types/column-spec.ts'
import { assertColumnName, assertPath } from '../types/names.ts'
import { frozenRecord } from '../util/record.ts'
import { parseHistory } from './history.ts'
import { parseReference } from './reference.ts'
import type { Reserved, Table, TableOptions } from './table.ts'
import type { TableSpec } from './table-spec.ts'
import { tableFromSpec } from './table-value.ts'

/**
 * Declares a table. Touches no database: `cellar.apply([table])` makes it exist.
 *
 * Several columns marked `primaryKey()` make one composite key, in the order of declaration.
 *
 * @example
 * const notes = defineTable('notes', { id: t.int().primaryKey(), text: t.string() })
 *   .computed('short', (c) => c.text.slice(0, 20))
 *
 * @throws INVALID_NAME when a name cannot be used
 * @throws INVALID_DECLARATION when the columns or options contradict each other
 */
export function defineTable<const Name extends string, C extends Columns>(
  name: Name,
  columns: C & Reserved<C>,
  options: TableOptions = {},
): Table<Name, C, unknown> {
  return tableFromSpec(specOf(name, columns, options)) as Table<Name, C, unknown>
}

function specOf(path: string, columns: Readonly<Record<string, AnyColumn>>, options: TableOptions): TableSpec {
  assertPath(path)
  const subject = `table ${path}`
  const { history, comment, ...unknown } = options
  const extra = Object.keys(unknown)[0]
  if (extra !== undefined) throw refused(subject, `there is no option ${extra}`)
  const specs = Object.entries(columns).map(([name, column]) => [name, columnOf(path, name, column)] as const)
  if (specs.length === 0) throw refused(subject, 'it has no columns')
  const order = Object.freeze(specs.map(([name]) => name))
  return Object.freeze({
    path,
    columns: frozenRecord(specs),
    computed: frozenRecord<never>([]),
    order,
    primaryKey: Object.freeze(specs.filter(([, column]) => column.primaryKey).map(([name]) => name)),
    history: parseHistory(path, history),
    ...(comment === undefined ? {} : { comment }),
  })
}

function columnOf(path: string, name: string, column: AnyColumn): ColumnSpec {
  assertColumnName(name)
  const subject = `column ${name} of table ${path}`
  const spec = specOfColumn(column)
  if (spec.primaryKey && spec.nullable) throw refused(subject, 'a primary key column cannot be nullable')
  if (spec.references !== undefined) parseReference(spec.references, subject)
  const dependency = spec.default?.kind === 'expression' ? defaultProblem(spec.default.node as ExprNode) : undefined
  if (dependency !== undefined) throw refused(subject, dependency)
  return spec
}

/** A default is made before there is a row. */
function defaultProblem(node: ExprNode): string | undefined {
  for (const part of walkNode(node)) {
    if (part.kind === 'column-ref') return `its default uses the column ${part.column}; make it a computed column`
    if (part.kind === 'parameter') return `its default uses the parameter ${part.name}, which only queries have`
  }
  return undefined
}

function refused(subject: string, reason: string): CellarError<'INVALID_DECLARATION'> {
  return new CellarError('INVALID_DECLARATION', { subject, reason })
}
