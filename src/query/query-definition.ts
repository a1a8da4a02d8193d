import { CellarError } from '../errors/cellar-error.ts'
import { createParameter } from '../expr/parameter.ts'
import { REFERS_TO } from '../schema/declarations.ts'
import type { QuerySchemas } from '../schema/row-schema-types.ts'
import type { AnyColumn, Columns } from '../types/column.ts'
import { type ColumnSpec, specOfColumn } from '../types/column-spec.ts'
import { assertColumnName } from '../types/names.ts'
import type { From, Params, QueryDefinition, UnboundRows } from './query.ts'
import { createFrom, specOfQuery } from './query-builder.ts'
import { querySchemas } from './query-schemas.ts'
import type { QueryDefinitionSpec } from './query-spec.ts'
import { tablesOf } from './spec-parts.ts'

const DEFINITION = Symbol.for('cellar.query-definition')

interface DefinitionValue {
  readonly [DEFINITION]: QueryDefinitionSpec
}

export interface QueryDefinitionOptions {
  /** For who reads the API: carried into the documentation of routes. Parameters have `.comment()`. */
  readonly description?: string
}

/**
 * Declares a query with parameters. The callback runs once, here; its parameters are expressions.
 *
 * @example
 * const recent = defineQuery('recent', { since: t.timestamp() }, ({ since }, { from }) =>
 *   from(photos).where((c) => c.taken.gte(since)).select((c) => ({ id: c.id })))
 *
 * @throws INVALID_QUERY when a clause cannot be used
 */
export function defineQuery<P extends Columns, R>(
  name: string,
  parameters: P,
  build: (parameters: Params<P>, tools: { from: From<false> }) => UnboundRows<R>,
  { description }: QueryDefinitionOptions = {},
): QueryDefinition<P, R> {
  if (description !== undefined && typeof description !== 'string')
    throw new CellarError('INVALID_DECLARATION', { subject: `query ${name}`, reason: 'description is a text' })
  const specs: Record<string, ColumnSpec> = {}
  const values: Record<string, unknown> = {}
  for (const [parameter, column] of Object.entries<AnyColumn>(parameters)) {
    assertColumnName(parameter)
    const spec = specOfColumn(column)
    specs[parameter] = spec
    values[parameter] = createParameter(parameter, spec)
  }
  const query = specOfQuery(build(values as Params<P>, { from: createFrom() }))
  const source = String(build)
  const described = description === undefined ? {} : { description }
  const spec = { name, ...described, parameters: Object.freeze(specs), query, source }
  return toQueryDefinition(spec) as QueryDefinition<P, R>
}

/** The value that stands for a definition in declarations. */
export function toQueryDefinition(spec: QueryDefinitionSpec): QueryDefinition<Columns, unknown> {
  let schemas: QuerySchemas<Columns, object> | undefined
  const value = Object.freeze({
    [DEFINITION]: Object.freeze(spec),
    [REFERS_TO]: () => tablesOf(spec.query),
    get schemas() {
      schemas ??= querySchemas(spec)
      return schemas
    },
  })
  return value as DefinitionValue as unknown as QueryDefinition<Columns, unknown>
}

/** @throws INVALID_QUERY when the value was not made by `defineQuery` */
export function specOfQueryDefinition(definition: QueryDefinition<Columns, unknown>): QueryDefinitionSpec {
  if (typeof definition === 'object' && definition !== null && DEFINITION in definition)
    return (definition as unknown as DefinitionValue)[DEFINITION]
  throw new CellarError('INVALID_QUERY', { clause: 'the query', reason: 'it was not made by defineQuery' })
}
