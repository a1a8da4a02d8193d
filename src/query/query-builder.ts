import { CellarError } from '../errors/cellar-error.ts'
import { columnRefNode } from '../expr/column-ref-node.ts'
import { iteratorCallOf } from '../expr/define-iterator.ts'
import { literalNode } from '../expr/literal-node.ts'
import type { ExprNode } from '../expr/node.ts'
import type { OrderSpec } from '../expr/order-spec.ts'
import { orderSpecsOf } from '../expr/order-term.ts'
import { QUERY } from '../expr/subquery-node.ts'
import { toNode } from '../expr/to-node.ts'
import { REFERS_TO } from '../schema/declarations.ts'
import type { Row } from '../schema/row-codec.ts'
import type { AnyTable } from '../schema/table.ts'
import type { Scope } from '../types/expr.ts'
import { types } from '../types/kinds.ts'
import { combineConditions } from './conditions.ts'
import { joinSpec } from './join-spec.ts'
import type { Explanation, From, Page, PageOptions, RunOptions, SampleOptions } from './query.ts'
import { type QuerySpec, type SetOperator, type SourceSpec, selectFrom } from './query-spec.ts'
import { queryValue } from './query-value.ts'
import { sampleSpec } from './sample-spec.ts'
import { bindColumns, refuseParts, scopesOf, selectedScope } from './scopes.ts'
import { setSpec } from './set-spec.ts'
import { iteratorSource, lonelyTable, querySource, sourcesOf, tableSource } from './sources.ts'
import { tablesOf } from './spec-parts.ts'

const SPEC = Symbol.for('cellar.query')

/** What an open database does for a query. */
export interface QueryRunner {
  collect(spec: QuerySpec, options?: RunOptions): Promise<Row[]>
  count(spec: QuerySpec, options?: RunOptions): Promise<number>
  stream(spec: QuerySpec, options?: RunOptions): AsyncIterable<Row>
  page(spec: QuerySpec, options: PageOptions): Promise<Page<Row>>
  explain(spec: QuerySpec, options?: RunOptions): Promise<Explanation>
}

type Callback = (...scopes: readonly Scope[]) => unknown

/** The loosely typed runtime of `Query`; `createFrom` holds the one cast between them. */
class QueryBuilder {
  readonly [SPEC]: QuerySpec
  readonly #runner: QueryRunner | undefined
  #scopes: readonly Scope[] | undefined

  constructor(spec: QuerySpec, runner: QueryRunner | undefined) {
    this[SPEC] = Object.freeze(spec)
    this.#runner = runner
  }

  get [QUERY]() {
    return queryValue(this[SPEC])
  }

  [REFERS_TO](): Iterable<unknown> {
    return tablesOf(this[SPEC])
  }

  join(table: unknown, on: Callback, options: { readonly type?: unknown } = {}): QueryBuilder {
    const spec = this[SPEC]
    if (spec.select || spec.groupBy) throw refused('join', 'tables are joined before groupBy and select')
    const join = joinSpec(spec, sourceOf(table), on, options)
    return this.#with({ joins: [...spec.joins, join] })
  }

  where(condition: Callback): QueryBuilder {
    const node = this.#condition('where', condition, ['aggregate', 'window'])
    return this.#with({ where: combineConditions(this[SPEC].where, node) })
  }

  groupBy(keys: Callback): QueryBuilder {
    if (this[SPEC].select) throw refused('groupBy', 'it belongs before select')
    if (this[SPEC].groupBy) throw refused('groupBy', 'it was called before')
    const groupBy = this.#record('groupBy', keys)
    for (const node of Object.values(groupBy)) refuseParts('groupBy', node, ['aggregate', 'window'])
    return this.#with({ groupBy })
  }

  having(condition: Callback): QueryBuilder {
    const node = this.#condition('having', condition, ['window'])
    return this.#with({ having: combineConditions(this[SPEC].having, node) })
  }

  select(columns: Callback): QueryBuilder {
    if (this[SPEC].select) throw refused('select', 'it was called before')
    return this.#with({ select: this.#record('select', columns) })
  }

  distinct(): QueryBuilder {
    return this.#with({ distinct: true })
  }

  sample(options: SampleOptions): QueryBuilder {
    if (this[SPEC].sample) throw refused('sample', 'it was called before')
    const sample = sampleSpec(options, (groups) => this.#nodes('sample', groups as Callback))
    return this.#with({ sample })
  }

  orderBy(order: Callback): QueryBuilder {
    if (this[SPEC].order.length > 0) throw refused('orderBy', 'it was called before; give all terms in one array')
    const terms = orderSpecsOf(order(...this.#callbackScopes()))
    return this.#with({ order: terms.map((term) => ({ ...term, node: this.#bind('orderBy', term.node) })) })
  }

  limit(count: unknown): QueryBuilder {
    return this.#with({ limit: countNode('limit', count) })
  }

  offset(count: unknown): QueryBuilder {
    return this.#with({ offset: countNode('offset', count) })
  }

  union(other: unknown): QueryBuilder {
    return this.#combine('union', other)
  }

  unionAll(other: unknown): QueryBuilder {
    return this.#combine('union all', other)
  }

  except(other: unknown): QueryBuilder {
    return this.#combine('except', other)
  }

  intersect(other: unknown): QueryBuilder {
    return this.#combine('intersect', other)
  }

  collect(options?: RunOptions): Promise<Row[]> {
    return this.#open('collect').collect(this[SPEC], options)
  }

  async first(options?: RunOptions): Promise<Row | undefined> {
    const runner = this.#open('first')
    const one = this[SPEC].limit === undefined ? { ...this[SPEC], limit: literalNode(1, types.int) } : this[SPEC]
    return (await runner.collect(one, options))[0]
  }

  count(options?: RunOptions): Promise<number> {
    return this.#open('count').count(this[SPEC], options)
  }

  stream(options?: RunOptions): AsyncIterable<Row> {
    return this.#open('stream').stream(this[SPEC], options)
  }

  page(options: PageOptions = {}): Promise<Page<Row>> {
    return this.#open('page').page(this[SPEC], options)
  }

  explain(options?: RunOptions): Promise<Explanation> {
    return this.#open('explain').explain(this[SPEC], options)
  }

  head(count: unknown = 10, options?: RunOptions): Promise<Row[]> {
    return this.#open('head').collect(this.#byInsertion('head', count, 'asc'), options)
  }

  async tail(count: unknown = 10, options?: RunOptions): Promise<Row[]> {
    return (await this.#open('tail').collect(this.#byInsertion('tail', count, 'desc'), options)).reverse()
  }

  #byInsertion(method: string, count: unknown, direction: OrderSpec['direction']): QuerySpec {
    const spec = this[SPEC]
    const { order, limit, offset, from } = spec
    if (!lonelyTable(spec) || order.length > 0 || limit || offset)
      throw refused(method, 'it reads one table, without groups, order or limit; use orderBy and limit')
    const rowid = columnRefNode('_rowid', { type: types.int, nullable: false }, null, from.source)
    return Object.freeze({ ...spec, order: [{ node: rowid, direction }], limit: countNode(method, count) })
  }

  #combine(operator: SetOperator, other: unknown): QueryBuilder {
    const rows = setSpec(operator, this[SPEC], specOfQuery(other))
    return new QueryBuilder(selectFrom(querySource(rows)), this.#runner)
  }

  #callbackScopes(): readonly Scope[] {
    const { select } = this[SPEC]
    this.#scopes ??= select ? [selectedScope(select)] : scopesOf(this[SPEC])
    return this.#scopes
  }

  #bind(clause: string, node: ExprNode): ExprNode {
    return bindColumns(clause, node, sourcesOf(this[SPEC]))
  }

  #condition(clause: string, condition: Callback, refusedKinds: Parameters<typeof refuseParts>[2]): ExprNode {
    const node = toNode(condition(...this.#callbackScopes()))
    if (node.type.kind !== 'bool') throw refused(clause, `its condition is of type ${node.type.kind}, not bool`)
    return refuseParts(clause, this.#bind(clause, node), refusedKinds)
  }

  #record(clause: string, columns: Callback): Readonly<Record<string, ExprNode>> {
    const given = columns(...this.#callbackScopes())
    if (given === null || typeof given !== 'object') throw refused(clause, 'its callback gives no record')
    const nodes = Object.entries(given).map(([name, value]) => [name, this.#bind(clause, toNode(value))] as const)
    if (nodes.length === 0) throw refused(clause, 'it names no column')
    return Object.freeze(Object.fromEntries(nodes))
  }

  #nodes(clause: string, values: Callback): readonly ExprNode[] {
    const given = values(...this.#callbackScopes())
    return (Array.isArray(given) ? given : [given]).map((value) => this.#bind(clause, toNode(value)))
  }

  #with(change: Partial<QuerySpec>): QueryBuilder {
    const next = new QueryBuilder({ ...this[SPEC], ...change }, this.#runner)
    if (!change.joins && !change.groupBy && !change.select) next.#scopes = this.#scopes
    return next
  }

  #open(method: string): QueryRunner {
    if (this.#runner) return this.#runner
    throw refused(method, 'the query is not bound to an open database; start it with cellar.from(table)')
  }
}

export function createFrom(runner?: undefined): From<false>
export function createFrom(runner: QueryRunner): From<true>
export function createFrom(runner?: QueryRunner): From<boolean> {
  const from = (table: unknown) => new QueryBuilder(selectFrom(sourceOf(table)), runner)
  return from as unknown as From<boolean>
}

function sourceOf(value: unknown): SourceSpec {
  if (isQuery(value)) return querySource(value[SPEC])
  const iterator = iteratorCallOf(value)
  return iterator ? iteratorSource(iterator) : tableSource(value as AnyTable)
}

function isQuery(value: unknown): value is { readonly [SPEC]: QuerySpec } {
  return typeof value === 'object' && value !== null && SPEC in value
}

/** @throws INVALID_QUERY when the value is no query */
export function specOfQuery(query: unknown): QuerySpec {
  if (isQuery(query)) return query[SPEC]
  throw refused('the query', `${typeof query} was given where a query is needed`)
}

function countNode(clause: string, count: unknown): ExprNode {
  const node = toNode(count, types.int)
  const literal = node.kind === 'literal' ? node.value : undefined
  if (node.type.kind !== 'int' && node.type.kind !== 'float') throw refused(clause, 'it is no number')
  if (literal !== undefined && !(Number.isSafeInteger(literal) && Number(literal) >= 0))
    throw refused(clause, `${String(literal)} is no count of rows`)
  return node
}

function refused(clause: string, reason: string): CellarError<'INVALID_QUERY'> {
  return new CellarError('INVALID_QUERY', { clause, reason })
}
