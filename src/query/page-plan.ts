import { CellarError } from '../errors/cellar-error.ts'
import { columnRefNode } from '../expr/column-ref-node.ts'
import { literalNode } from '../expr/literal-node.ts'
import type { ExprNode } from '../expr/node.ts'
import type { OrderSpec } from '../expr/order-spec.ts'
import { parameterNode } from '../expr/parameter-node.ts'
import { walkNode } from '../expr/walk.ts'
import type { ColumnType } from '../types/column-type.ts'
import { types } from '../types/kinds.ts'
import { combineConditions } from './conditions.ts'
import { countValue } from './count-value.ts'
import { isGrouped } from './groups.ts'
import { hidden, identifyRows, totalOrder } from './identity.ts'
import { rowsAfter } from './page-key.ts'
import type { Parameters } from './parameter-mark.ts'
import { type QuerySpec, selectFrom } from './query-spec.ts'
import { outputsOf, querySource } from './sources.ts'

/** A column of the rows of a page that makes its cursor. */
export interface KeyColumn {
  readonly name: string
  readonly type: ColumnType
  /** Its place among the columns of a row. */
  readonly at: number
}

/** How many rows are read: a number that many requests share, one given as a parameter, or all. */
export type ReadCount = { readonly fixed: number } | { readonly parameter: number } | undefined

/** A query to run for a page, and the values of what was added to it. */
export interface PageRead {
  readonly spec: QuerySpec
  readonly parameters: Parameters
}

const plans = new WeakMap<QuerySpec, PagePlan>()

/** @throws INVALID_QUERY for a query whose rows cannot be told apart */
export function pagePlan(spec: QuerySpec): PagePlan {
  const known = plans.get(spec) ?? new PagePlan(spec)
  plans.set(spec, known)
  return known
}

/**
 * The queries by which the pages of a query are read: its rows in an order without ties, with the values of that order
 * among their columns, from the start or behind such values. There are as many as ways to ask, so that each is compiled
 * once; the values themselves are parameters.
 */
export class PagePlan {
  readonly spec: QuerySpec
  readonly key: readonly KeyColumn[]
  /** Columns of the query itself: the first ones of a row. */
  readonly names: readonly string[]
  readonly #keyed: QuerySpec
  readonly #reads = new Map<string, QuerySpec>()

  constructor(spec: QuerySpec) {
    this.spec = spec
    for (const node of [spec.limit, spec.offset]) if (node) assertConstant(node)
    const { spec: identified, identity } = identifyRows(spec, spec.order)
    const order = totalOrder(spec.order, identity)
    const select = { ...outputsOf(spec) }
    this.names = Object.keys(select)
    const columns = order.map(({ node }, index) => hidden(select, `~key${index}`, node))
    const names = Object.keys(select)
    this.key = columns.map(({ name, type }) => ({ name, type, at: names.indexOf(name) }))
    this.#keyed = Object.freeze({ ...identified, select: Object.freeze(select), order, limit: undefined })
  }

  /** How many rows all pages together have at most. */
  limit(parameters: Parameters): number {
    return countValue(this.spec.limit, parameters) ?? Number.POSITIVE_INFINITY
  }

  /** @param key the values of the order that the rows stand behind; undefined from the start */
  read(key: readonly unknown[] | undefined, count: ReadCount, parameters: Parameters): PageRead {
    const nulls = key?.map((value) => value === null)
    const limit = count === undefined ? 'all' : 'fixed' in count ? count.fixed : 'given'
    const name = `${limit} ${nulls?.map(Number).join('') ?? 'start'}`
    const known = this.#reads.get(name)
    const spec = known ?? Object.freeze({ ...(nulls ? this.#after(nulls) : this.#keyed), limit: limitNode(count) })
    if (known === undefined) this.#reads.set(name, spec)
    const values = Object.fromEntries(key?.map((value, index) => [keyName(index), value]) ?? [])
    const given = count && 'parameter' in count ? { [PAGE_LIMIT]: count.parameter } : undefined
    return { spec, parameters: { ...parameters, ...values, ...given } }
  }

  #after(nulls: readonly boolean[]): QuerySpec {
    const keyed = { ...this.#keyed, offset: undefined }
    const values = this.key.map(({ type }, index) =>
      nulls[index] === true ? null : parameterNode(keyName(index), { type, nullable: false }),
    )
    if (isWhole(keyed)) return behind(keyed, values, this.key)
    const condition = rowsAfter(keyed.order, values)
    if (isGrouped(keyed)) return { ...keyed, having: combineConditions(keyed.having, condition) }
    return { ...keyed, where: combineConditions(keyed.where, condition) }
  }
}

/** The parameter that says how many rows a page has. */
export const PAGE_LIMIT = '~limit'
const keyName = (index: number) => `~key${index}`

function limitNode(count: ReadCount): ExprNode | undefined {
  if (count === undefined) return undefined
  if ('fixed' in count) return literalNode(count.fixed, types.int)
  return parameterNode(PAGE_LIMIT, { type: types.int, nullable: false })
}

/** Which rows there are, or what is in them, depends on all of them: none can be left out before. */
function isWhole({ sample, order, select }: QuerySpec): boolean {
  const nodes = [...Object.values(select ?? {}), ...order.map((term) => term.node)]
  return sample !== undefined || nodes.some((node) => [...walkNode(node)].some((part) => part.kind === 'window'))
}

/** The query becomes a source, and what is behind the values is taken from it. */
function behind(keyed: QuerySpec, values: readonly (ExprNode | null)[], key: readonly KeyColumn[]): QuerySpec {
  const from = querySource(Object.freeze({ ...keyed, order: [] }))
  const columns = Object.entries(outputsOf(keyed)).map(
    ([name, node]) => [name, columnRefNode(name, node, null, from.source)] as const,
  )
  const select = Object.freeze(Object.fromEntries(columns))
  const order = keyed.order.map(
    (term, index): OrderSpec => ({ ...term, node: select[key[index]?.name ?? ''] ?? term.node }),
  )
  return { ...selectFrom(from), select, order, where: rowsAfter(order, values) }
}

function assertConstant(node: ExprNode): void {
  if (![...walkNode(node)].some((part) => part.kind === 'subquery' || part.kind === 'call')) return
  const reason = 'its limit or offset is read from rows, or made by a function; give it as a parameter'
  throw new CellarError('INVALID_QUERY', { clause: 'page', reason })
}
