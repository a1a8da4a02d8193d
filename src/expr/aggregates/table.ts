import type { AggregateNode } from '../aggregate-node.ts'
import { aggregateNode } from '../aggregate-node.ts'
import type { ExprNode } from '../node.ts'
import type { OrderSpec } from '../order-spec.ts'
import type { Aggregate } from './aggregate.ts'
import { NUMBER_AGGREGATES } from './numbers.ts'
import { VALUE_AGGREGATES } from './values.ts'

/** All aggregates by name. */
const AGGREGATES = Object.freeze({ ...NUMBER_AGGREGATES, ...VALUE_AGGREGATES })

export type AggregateName = keyof typeof AGGREGATES

export function findAggregate(name: string): Aggregate | undefined {
  return Object.hasOwn(AGGREGATES, name) ? AGGREGATES[name as AggregateName] : undefined
}

export function applyAggregate(
  aggregate: AggregateName,
  operands: readonly ExprNode[],
  { distinct = false, order = [] }: { readonly distinct?: boolean; readonly order?: readonly OrderSpec[] } = {},
): AggregateNode {
  return aggregateNode({ aggregate, operands, distinct, order, ...AGGREGATES[aggregate].result(operands) })
}
