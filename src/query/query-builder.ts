import { CellarError } from '../errors/cellar-error.ts'
import { columnScope } from '../expr/column-scope.ts'
import type { ExprNode } from '../expr/node.ts'
import { orderSpecOf } from '../expr/order-term.ts'
import { toExpr } from '../expr/to-expr.ts'
import { toNode } from '../expr/to-node.ts'
import { scopeColumns } from '../schema/computed-spec.ts'
import { REFERS_TO } from '../schema/declarations.ts'
import type { Row } from '../schema/row-codec.ts'
import type { AnyTable } from '../schema/table.ts'
import { specOfTable } from '../schema/table-value.ts'
import type { Scope } from '../types/expr.ts'
import { types } from '../types/kinds.ts'
import { combineConditions } from './conditions.ts'
import type { From, RunOptions } from './query.ts'
import type { QuerySpec } from './query-spec.ts'

const SPEC = Symbol.for('cellar.query')

/** What an open database does for a query. */
export interface QueryRunner {
  collect(spec: QuerySpec, options?: RunOptions): Promise<Row[]>
  count(spec: QuerySpec, options?: RunOptions): Promise<number>
  stream(spec: QuerySpec, options?: RunOptions): AsyncIterable<Row>
}

type Callback = (scope: Scope) => unknown

/** The loosely typed runtime of `Query`; `createFrom` holds the one cast between them. */
class QueryBuilder {
  readonly [SPEC]: QuerySpec
  readonly #runner: QueryRunner | undefined
  readonly #scope: Scope

  constructor(spec: QuerySpec, runner: QueryRunner | undefined, scope: Scope) {
    this[SPEC] = Object.freeze(spec)
    this.#runner = runner
    this.#scope = scope
  }

  [REFERS_TO](): Iterable<unknown> {
    return [this[SPEC].table]
  }

  where(condition: Callback): QueryBuilder {
    const node = toNode(condition(this.#scope))
    if (node.type.kind !== 'bool') throw refused('where', `its condition is of type ${node.type.kind}, not bool`)
    return this.#with({ where: combineConditions(this[SPEC].where, node) })
  }

  orderBy(order: Callback): QueryBuilder {
    if (this[SPEC].order.length > 0) throw refused('orderBy', 'it was called before; give all terms in one array')
    const terms = order(this.#scope)
    return this.#with({ order: (Array.isArray(terms) ? terms : [terms]).map(orderSpecOf) })
  }

  limit(count: unknown): QueryBuilder {
    return this.#with({ limit: countNode('limit', count) })
  }

  offset(count: unknown): QueryBuilder {
    return this.#with({ offset: countNode('offset', count) })
  }

  select(columns: Callback): QueryBuilder {
    if (this[SPEC].select) throw refused('select', 'it was called before')
    const selected = columns(this.#scope)
    if (selected === null || typeof selected !== 'object') throw refused('select', 'its callback gives no record')
    const nodes: Record<string, ExprNode> = {}
    const scope: Record<string, Scope[string]> = {}
    for (const [name, value] of Object.entries(selected)) {
      nodes[name] = toNode(value)
      scope[name] = toExpr(nodes[name])
    }
    if (Object.keys(nodes).length === 0) throw refused('select', 'it names no column')
    return new QueryBuilder({ ...this[SPEC], select: Object.freeze(nodes) }, this.#runner, scope)
  }

  collect(options?: RunOptions): Promise<Row[]> {
    return this.#open('collect').collect(this[SPEC], options)
  }

  async first(options?: RunOptions): Promise<Row | undefined> {
    const runner = this.#open('first')
    const one = this[SPEC].limit === undefined ? { ...this[SPEC], limit: countNode('limit', 1) } : this[SPEC]
    return (await runner.collect(one, options))[0]
  }

  count(options?: RunOptions): Promise<number> {
    return this.#open('count').count(this[SPEC], options)
  }

  stream(options?: RunOptions): AsyncIterable<Row> {
    return this.#open('stream').stream(this[SPEC], options)
  }

  #with(change: Partial<QuerySpec>): QueryBuilder {
    return new QueryBuilder({ ...this[SPEC], ...change }, this.#runner, this.#scope)
  }

  #open(method: string): QueryRunner {
    if (this.#runner) return this.#runner
    throw refused(method, 'the query is not bound to an open database; start it with cellar.from(table)')
  }
}

export function createFrom(runner?: undefined): From<false>
export function createFrom(runner: QueryRunner): From<true>
export function createFrom(runner?: QueryRunner): From<boolean> {
  const from = (table: AnyTable) => {
    const spec = { table, where: undefined, order: [], limit: undefined, offset: undefined, select: undefined }
    return new QueryBuilder(spec, runner, columnScope(scopeColumns(specOfTable(table))))
  }
  return from as unknown as From<boolean>
}

/** @throws INVALID_QUERY when the value is no query */
export function specOfQuery(query: unknown): QuerySpec {
  if (typeof query === 'object' && query !== null && SPEC in query) return query[SPEC] as QuerySpec
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
