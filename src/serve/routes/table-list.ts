import { CellarError } from '../../errors/cellar-error.ts'
import { columnRefNode } from '../../expr/column-ref-node.ts'
import type { OrderSpec } from '../../expr/order-spec.ts'
import type { Source } from '../../expr/source.ts'
import { allOf } from '../../query/conditions.ts'
import { type QuerySpec, selectFrom } from '../../query/query-spec.ts'
import { tableSource } from '../../query/sources.ts'
import type { ColumnType } from '../../types/column-type.ts'
import { outputsOf } from '../declare/insert-route.ts'
import type { InputValues } from '../request/input-parser.ts'
import type { ListRouteSpec, OutputField } from '../route-spec.ts'
import { compileList } from './list-operation.ts'
import type { Operation } from './operation.ts'

/** Ways to ask that are kept compiled. */
const SHAPES = 256
const MAX_TERMS = 4
const MAX_VALUES = 100

/** What a request asks of a table becomes a query, made once for each combination of filters and order. */
export function compileTableList(spec: ListRouteSpec): Operation {
  const { outputs, pages, filters, sorts } = spec
  const types = new Map(filters.map(({ name, type }) => [name, type]))
  const queries = new Map<string, QuerySpec>()
  return compileList({
    outputs,
    pages,
    handler: undefined,
    select: (values) => {
      const sort = (values.sort as string | undefined) ?? ''
      const named = filters.filter(({ name }) => values[name] !== undefined)
      for (const { name } of named) assertFew(name, values[name])
      const shape = `${named.map(({ name }) => name).join(' ')} ${sort}`
      let query = queries.get(shape)
      if (query === undefined) {
        query = queryOf(spec, named, parseSort(sort, sorts))
        if (queries.size >= SHAPES) queries.clear()
        queries.set(shape, query)
      }
      const boundTo = () => named.map(({ name }) => (types.get(name) as ColumnType).toStoredJson(values[name]))
      return { query, parameters: values, boundTo }
    },
  })
}

interface Term {
  readonly name: string
  readonly direction: OrderSpec['direction']
}

function queryOf(
  { table, tableSpec, outputs }: ListRouteSpec,
  filters: ListRouteSpec['filters'],
  terms: readonly Term[],
): QuerySpec {
  const from = tableSource(table)
  const columns = outputs.map((column) => [column.name, refOf(column, from.source)] as const)
  const all = new Map(outputsOf(tableSpec).map((column) => [column.name, column]))
  return Object.freeze({
    ...selectFrom(from),
    select: Object.freeze(Object.fromEntries(columns)),
    where: allOf(filters.map(({ condition }) => condition(from.source))),
    order: terms.map(({ name, direction }) => ({ node: refOf(all.get(name) as OutputField, from.source), direction })),
  })
}

const refOf = (column: OutputField, source: Source) => columnRefNode(column.name, column, null, source)

function parseSort(sort: string, known: readonly string[]): readonly Term[] {
  if (sort === '') return []
  const terms = sort.split(',').map((text): Term => {
    const descending = text.startsWith('-')
    return { name: descending ? text.slice(1) : text, direction: descending ? 'desc' : 'asc' }
  })
  const odd = terms.find(({ name }) => !known.includes(name))
  if (odd) throw refused('sort', `names '${odd.name.slice(0, 60)}'; there are ${known.join(', ')}`)
  if (new Set(terms.map(({ name }) => name)).size < terms.length) throw refused('sort', 'names a column twice')
  if (terms.length > MAX_TERMS) throw refused('sort', `names more than ${MAX_TERMS} columns`)
  return terms
}

function assertFew(name: string, value: InputValues[string]): void {
  if (Array.isArray(value) && value.length > MAX_VALUES) throw refused(name, `has more than ${MAX_VALUES} values`)
}

function refused(name: string, message: string): CellarError<'INVALID_VALUE'> {
  const issues = [{ path: [name], message, code: 'INVALID_VALUE' }]
  return new CellarError('INVALID_VALUE', { subject: 'The list', reason: `${name} ${message}` }, { issues })
}
