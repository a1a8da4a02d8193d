import type { Source } from '../expr/source.ts'
import { createRowSchema, type SchemaField } from '../schema/row-schema.ts'
import type { QuerySchemas } from '../schema/row-schema-types.ts'
import { describeNode, inputFields, rowColumns } from '../schema/table-schemas.ts'
import { specOfTable } from '../schema/table-value.ts'
import type { Columns } from '../types/column.ts'
import { frozenRecord } from '../util/record.ts'
import type { QueryDefinitionSpec, QuerySpec } from './query-spec.ts'
import { lonelyTable, outputsOf, sourcesOf } from './sources.ts'

type NamedColumn = readonly [string, SchemaField['column']]

/** The schemas of a query, made when they are asked for. */
export function querySchemas({ name, parameters, query }: QueryDefinitionSpec): QuerySchemas<Columns, object> {
  const subject = `${name}.schemas`
  const row = resultColumns(query).map(([column, spec]) => [column, { column: spec, required: true }] as const)
  return Object.freeze({
    params: createRowSchema<QuerySchemas<Columns, object>['params']>({
      subject: `${subject}.params`,
      side: 'input',
      fields: inputFields(parameters),
    }),
    row: createRowSchema<QuerySchemas<Columns, object>['row']>({
      subject: `${subject}.row`,
      side: 'output',
      fields: frozenRecord(row),
    }),
  })
}

/** The columns of a result in their order, with what is said of them. */
export function resultColumns(query: QuerySpec): readonly NamedColumn[] {
  const table = query.select === undefined ? lonelyTable(query) : undefined
  if (table) return rowColumns(specOfTable(table))
  // A column that the query gives as it is keeps what its table says of it.
  const described = new Map(
    sourcesOf(query).map((from) => {
      const columns = from.kind === 'table' ? rowColumns(specOfTable(from.table)) : []
      return [
        from.source as Source | undefined,
        new Map(columns.map(([name, { comment }]) => [name, comment])),
      ] as const
    }),
  )
  return Object.entries(outputsOf(query)).map(([name, node]) => {
    const comment = node.kind === 'column-ref' ? described.get(node.source)?.get(node.column) : describeNode(node)
    const { type, nullable } = node
    return [name, { type, nullable, ...(comment === undefined ? {} : { comment }) }]
  })
}
