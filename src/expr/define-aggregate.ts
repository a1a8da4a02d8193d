import { CellarError } from '../errors/cellar-error.ts'
import { type AggregateDefinition, type AggregateSpec, createAggregate } from '../func/aggregate-definition.ts'
import type { FunctionArgs } from '../func/function-definition.ts'
import type { Args } from '../func/function-spec.ts'
import { register } from '../func/registry.ts'
import type { Aggregated, OrderedOptions } from '../types/aggregates.ts'
import type { AnyColumn, Columns } from '../types/column.ts'
import { makeDefault } from '../types/column-spec.ts'
import type { AnyExpr } from '../types/expr.ts'
import { type AggregateNode, aggregateNode } from './aggregate-node.ts'
import { aggregateExpr } from './aggregates/over.ts'
import { argumentNode } from './argument-node.ts'
import { literalNode } from './literal-node.ts'
import type { ExprNode } from './node.ts'
import { orderSpecsOf } from './order-term.ts'

/** An aggregate as it is called in queries. Rows with null for an argument that is not nullable do not count. */
export interface CellarAggregate<A extends Columns, X extends AnyExpr> {
  /** @param options in which order the rows of a group are taken; without it in any */
  <M extends null = never>(args: Args<A, M>, options?: Partial<OrderedOptions>): Aggregated<X>
  readonly '~args': A
  readonly '~expr': X
}

/**
 * Declares an aggregate that runs in JavaScript: one value for each group of rows, or with `over` for each row. The
 * rows come one after another, so that only the states of aggregates are held.
 *
 * @example
 * const product = defineAggregate({
 *   name: 'product',
 *   args: { factor: t.float() },
 *   returns: t.float(),
 *   init: () => 1,
 *   update: (state, { factor }) => state * factor,
 *   value: (state) => state,
 * })
 * cellar.from(rates).groupBy((c) => ({ fund: c.fund })).select((c) => ({ fund: c.fund, growth: product({ factor: c.rate }) }))
 *
 * @throws INVALID_DECLARATION when an option is missing or unknown
 * @throws DUPLICATE_DECLARATION when another aggregate has the name and version
 */
export function defineAggregate<A extends Columns, R extends AnyColumn, S>(
  spec: AggregateSpec<A, R, S>,
): CellarAggregate<A, R['~expr']> {
  const definition = createAggregate(spec)
  register('aggregate', definition)
  const call = (args: FunctionArgs = {}, options: Partial<OrderedOptions> = {}) =>
    aggregateExpr(aggregateOf(definition, args, options))
  Object.defineProperty(call, 'name', { value: definition.name })
  // `~args` and `~expr` exist for the type checker only.
  return Object.freeze(call) as unknown as CellarAggregate<A, R['~expr']>
}

function aggregateOf(
  definition: AggregateDefinition,
  values: FunctionArgs,
  { orderBy }: Partial<OrderedOptions>,
): AggregateNode {
  const { name, args: specs, returns } = definition
  const unknown = Object.keys(values).find((key) => !Object.hasOwn(specs, key))
  if (unknown !== undefined) throw refused(name, `it has no argument ${unknown}`)
  const operands = Object.entries(specs).map(([key, spec]): ExprNode => {
    const value = values[key]
    if (value !== undefined) return argumentNode(name, key, spec, value)
    const initial = makeDefault(spec)
    if (initial === undefined) throw refused(name, `it needs the argument ${key}`)
    return literalNode(initial, spec.type)
  })
  return aggregateNode({
    aggregate: name,
    definition,
    operands,
    distinct: false,
    order: orderBy === undefined ? [] : orderSpecsOf(orderBy),
    type: returns.type,
    nullable: returns.nullable,
  })
}

function refused(name: string, reason: string): CellarError<'INVALID_DECLARATION'> {
  return new CellarError('INVALID_DECLARATION', { subject: `a call of ${name}`, reason })
}
