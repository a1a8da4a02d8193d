import { CellarError } from '../errors/cellar-error.ts'
import type { Aggregated, OrderedOptions, Over, Summable } from '../types/aggregates.ts'
import type { AnyExpr, ArrayExpr, BoolExpr, Expr, NumExpr } from '../types/expr.ts'
import type { Kind } from '../types/kind.ts'
import { types } from '../types/kinds.ts'
import { aggregateExpr, windowExpr } from './aggregates/over.ts'
import { type AggregateName, applyAggregate } from './aggregates/table.ts'
import { literalNode } from './literal-node.ts'
import { orderSpecsOf } from './order-term.ts'
import { toExpr } from './to-expr.ts'
import { toNode } from './to-node.ts'

const NUMBERS: readonly Kind[] = ['int', 'float', 'bigint', 'decimal']

interface DistinctOptions {
  /** Equal values count once. @default false */
  readonly distinct?: boolean
}

/**
 * The number of rows of the group, or of those whose value is not null.
 *
 * @example
 * cellar.from(photos).groupBy((c) => ({ owner: c.owner })).select((c) => ({ owner: c.owner, n: count() }))
 */
export function count(value?: AnyExpr, { distinct = false }: DistinctOptions = {}): Aggregated<NumExpr<'int'>> {
  const node =
    value === undefined ? applyAggregate('count-rows', []) : applyAggregate('count', [toNode(value)], { distinct })
  return aggregateExpr(node) as Aggregated<NumExpr<'int'>>
}

/** The sum of the values that are not null; null of none, and where it is outside of the type. */
export function sum<X extends Summable>(value: X, options: DistinctOptions = {}): Aggregated<X['~null']> {
  return aggregateOf('sum', value, NUMBERS, options) as Aggregated<X['~null']>
}

/** The arithmetic mean of the values that are not null; null of none. */
export function mean(
  value: Expr<'int' | 'float', number>,
  options: DistinctOptions = {},
): Aggregated<NumExpr<'float', null>> {
  return aggregateOf('mean', value, ['int', 'float'], options) as Aggregated<NumExpr<'float', null>>
}

/** The standard deviation of a sample; null of fewer than two values. */
export function stddev(value: Expr<'int' | 'float', number>): Aggregated<NumExpr<'float', null>> {
  return aggregateOf('stddev', value, ['int', 'float']) as Aggregated<NumExpr<'float', null>>
}

/** The least value that is not null; null of none. */
export function min<X extends AnyExpr>(value: X): Aggregated<X['~null']> {
  return extreme('min', value) as Aggregated<X['~null']>
}

/** The greatest value that is not null; null of none. */
export function max<X extends AnyExpr>(value: X): Aggregated<X['~null']> {
  return extreme('max', value) as Aggregated<X['~null']>
}

/** Whether one value is true; null of none. */
export function any(value: Expr<'bool', boolean>): Aggregated<BoolExpr<null>> {
  return aggregateOf('any', value, ['bool']) as Aggregated<BoolExpr<null>>
}

/** Whether every value is true, nulls left out; null of none. */
export function all(value: Expr<'bool', boolean>): Aggregated<BoolExpr<null>> {
  return aggregateOf('all', value, ['bool']) as Aggregated<BoolExpr<null>>
}

/** The values as an array, nulls included. Without an order they come in any. */
export function list<X extends AnyExpr>(
  value: X,
  { orderBy, distinct = false }: Partial<OrderedOptions> & DistinctOptions = {},
): ArrayExpr<X['~value']> {
  const node = toNode(value)
  if (node.type.media) throw refused('list', `arrays hold no ${node.type.kind}; list its url instead`)
  const order = orderBy === undefined ? [] : orderSpecsOf(orderBy)
  return toExpr(applyAggregate('list', [node], { distinct, order })) as unknown as ArrayExpr<X['~value']>
}

/** The value of the first row in the given order, null included. */
export function first<X extends AnyExpr>(value: X, { orderBy }: OrderedOptions): X['~null'] {
  return toExpr(applyAggregate('first', [toNode(value)], { order: orderSpecsOf(orderBy) }))
}

/** The value of the last row in the given order, null included. */
export function last<X extends AnyExpr>(value: X, { orderBy }: OrderedOptions): X['~null'] {
  return toExpr(applyAggregate('last', [toNode(value)], { order: orderSpecsOf(orderBy) }))
}

/** The number of the row in its window, from 1. */
export function rowNumber(): Over<NumExpr<'int'>> {
  return windowExpr('row-number', []) as Over<NumExpr<'int'>>
}

/** The number of rows before the row and its equals, plus 1. */
export function rank(): Over<NumExpr<'int'>> {
  return windowExpr('rank', []) as Over<NumExpr<'int'>>
}

/** The number of different rows up to this one in the order of the window. */
export function denseRank(): Over<NumExpr<'int'>> {
  return windowExpr('dense-rank', []) as Over<NumExpr<'int'>>
}

/** The value some rows before, one by default; null where there is none. */
export function lag<X extends AnyExpr>(value: X, rows = 1): Over<X['~null']> {
  return neighbour('lag', value, rows)
}

/** The value some rows after, one by default; null where there is none. */
export function lead<X extends AnyExpr>(value: X, rows = 1): Over<X['~null']> {
  return neighbour('lead', value, rows)
}

function neighbour<X extends AnyExpr>(name: 'lag' | 'lead', value: X, rows: number): Over<X['~null']> {
  if (!Number.isSafeInteger(rows) || Math.abs(rows) >= 2 ** 31) throw refused(name, `${rows} is no count of rows`)
  return windowExpr(name, [toNode(value), literalNode(rows, types.int)]) as Over<X['~null']>
}

function extreme(name: 'min' | 'max', value: unknown): unknown {
  const node = toNode(value)
  if (!node.type.ordered) throw refused(name, `values of type ${node.type.kind} have no order`)
  return aggregateExpr(applyAggregate(name, [node]))
}

function aggregateOf(name: AggregateName, value: unknown, kinds: readonly Kind[], options: DistinctOptions = {}) {
  const node = toNode(value)
  if (!kinds.includes(node.type.kind)) throw refused(name, `it takes ${kinds.join(', ')}, not ${node.type.kind}`)
  return aggregateExpr(applyAggregate(name, [node], options))
}

function refused(name: string, reason: string): CellarError<'INVALID_DECLARATION'> {
  return new CellarError('INVALID_DECLARATION', { subject: `the aggregate ${name}`, reason })
}
