import type { ExprNode } from '../expr/node.ts'
import type { Columns } from '../types/column.ts'
import type { ColumnSpec } from '../types/column-spec.ts'
import { frozenRecord } from '../util/record.ts'
import { createRowSchema, type SchemaField, type SchemaFields } from './row-schema.ts'
import type { TableSchemas } from './row-schema-types.ts'
import type { TableSpec } from './table-spec.ts'

/** The schemas of a table, made when they are asked for. */
export function tableSchemas(spec: TableSpec): TableSchemas<Columns, object> {
  const { path, columns, primaryKey } = spec
  return Object.freeze({
    insert: createRowSchema<TableSchemas<Columns, object>['insert']>({
      subject: `${path}.schemas.insert`,
      side: 'input',
      fields: inputFields(columns),
    }),
    update: createRowSchema<TableSchemas<Columns, object>['update']>({
      subject: `${path}.schemas.update`,
      side: 'input',
      fields: frozenRecord(
        Object.entries(columns).map(([name, { default: _, ...column }]) => [
          name,
          { column, required: primaryKey.includes(name) },
        ]),
      ),
    }),
    row: createRowSchema<TableSchemas<Columns, object>['row']>({
      subject: `${path}.schemas.row`,
      side: 'output',
      fields: frozenRecord(rowColumns(spec).map(([name, column]) => [name, { column, required: true }])),
    }),
  })
}

/** Columns or parameters that a caller gives. */
export function inputFields(columns: Readonly<Record<string, ColumnSpec>>): SchemaFields {
  return frozenRecord(
    Object.entries(columns).map(([name, column]): [string, SchemaField] => [
      name,
      { column, required: !column.nullable && column.default === undefined },
    ]),
  )
}

/** The columns of a row in their order, with what is said of them. */
export function rowColumns(spec: TableSpec): readonly (readonly [string, SchemaField['column']])[] {
  return spec.order.map((name) => {
    const { type, nullable } = (spec.columns[name] ?? spec.computed[name]) as SchemaField['column']
    const comment = spec.columns[name]?.comment ?? describeNode(spec.computed[name]?.node)
    return [name, { type, nullable, ...(comment === undefined ? {} : { comment }) }] as const
  })
}

/** A value that a function gives is described as the function is. */
export function describeNode(node: ExprNode | undefined): string | undefined {
  return node?.kind === 'call' ? node.definition?.description : undefined
}
