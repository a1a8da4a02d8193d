import type { CatalogTable } from '../catalog/catalog.ts'
import type { AnyTable } from '../schema/table.ts'
import { type CompiledQuery, compileQuery } from './compile-query.ts'
import { PAGE_LIMIT } from './page-plan.ts'
import type { QueryContext } from './query-context.ts'
import type { QuerySpec } from './query-spec.ts'
import { tablesOf } from './spec-parts.ts'

type Tables = ReadonlyMap<AnyTable, CatalogTable>

interface Compiled {
  readonly tables: Tables
  readonly query: CompiledQuery
  /** Where its tables were resolved, and when. */
  readonly catalog: QueryContext['catalog']
  readonly revision: number
}

const compiledQueries = new WeakMap<QuerySpec, Compiled>()

/** The applied tables of a query. */
export async function resolveTables(context: QueryContext, spec: QuerySpec): Promise<Tables> {
  const found = new Map<AnyTable, CatalogTable>()
  const options = context.session ? { session: context.session } : {}
  for (const table of tablesOf(spec)) found.set(table, await context.catalog.resolve(table, options))
  return found
}

const sameTables = (a: Tables, b: Tables) => [...a].every(([table, known]) => b.get(table) === known)

const isCurrent = ({ catalog, revision }: Compiled, context: QueryContext) =>
  context.session === undefined && catalog === context.catalog && revision === catalog.revision

/** Changes when the definition of one of its tables does. */
export async function schemaOf(context: QueryContext, spec: QuerySpec): Promise<string> {
  const tables = [...(await resolveTables(context, spec)).values()]
  return tables.map(({ id, schemaVersion }) => `${id}.${schemaVersion}`).join(' ')
}

/** A plan that Postgres keeps would have to do for one row and for a thousand. */
const countIsGiven = ({ limit }: QuerySpec) => limit?.kind === 'parameter' && limit.name === PAGE_LIMIT

/** Compiled once per query and definition of its tables; for queries that need no rows made beforehand. */
export function compiledQuery(context: QueryContext, spec: QuerySpec): CompiledQuery | Promise<CompiledQuery> {
  const known = compiledQueries.get(spec)
  return known && isCurrent(known, context) ? known.query : compileAnew(context, spec)
}

async function compileAnew(context: QueryContext, spec: QuerySpec): Promise<CompiledQuery> {
  const { catalog } = context
  const { revision } = catalog
  const tables = await resolveTables(context, spec)
  const known = compiledQueries.get(spec)
  const same = known && sameTables(known.tables, tables)
  const query = same ? known.query : compileQuery(spec, tables, { named: !countIsGiven(spec) })
  compiledQueries.set(spec, { tables, query, catalog, revision })
  return query
}
