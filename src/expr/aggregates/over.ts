import { CellarError } from '../../errors/cellar-error.ts'
import type { AggregateNode } from '../aggregate-node.ts'
import type { ExprNode } from '../node.ts'
import { orderSpecsOf } from '../order-term.ts'
import { toExpr } from '../to-expr.ts'
import { toNode } from '../to-node.ts'
import { type WindowFrame, type WindowNode, windowNode } from '../window-node.ts'
import { findAggregate } from './table.ts'
import { findWindowFunction, type WindowFunctionName } from './window-functions.ts'

/** The loosely typed form of `WindowOptions`. */
export interface GivenWindow {
  readonly partitionBy?: unknown
  readonly orderBy?: unknown
  readonly rows?: { readonly preceding?: number; readonly following?: number }
}

/** An aggregate as an expression, with `over`. */
export function aggregateExpr(node: AggregateNode): unknown {
  return toExpr(node, { over: (window: GivenWindow = {}) => toExpr(aggregateOver(node, window)) })
}

/** A function that has no meaning without a window. */
export function windowExpr(name: WindowFunctionName, operands: readonly ExprNode[]): unknown {
  const result = findWindowFunction(name)?.result(operands)
  if (!result) throw refused(name, 'there is no such function')
  return Object.freeze({
    over: (window: GivenWindow = {}) =>
      toExpr(windowNode({ function: name, operands, ...partsOf(name, window), ...result })),
  })
}

function aggregateOver(node: AggregateNode, window: GivenWindow): WindowNode {
  const { aggregate, definition, operands, distinct, order, type, nullable } = node
  if (!definition && !findAggregate(aggregate)?.windowed) throw refused(aggregate, 'it cannot go over a window')
  if (distinct) throw refused(aggregate, 'distinct values cannot be had over a window')
  if (order.length > 0) throw refused(aggregate, 'the order belongs into over({ orderBy })')
  return windowNode({ function: aggregate, definition, operands, ...partsOf(aggregate, window), type, nullable })
}

function partsOf(name: string, { partitionBy, orderBy, rows }: GivenWindow) {
  const partition = partitionBy === undefined ? [] : Array.isArray(partitionBy) ? partitionBy : [partitionBy]
  return {
    partition: partition.map((value) => toNode(value)),
    order: orderBy === undefined ? [] : orderSpecsOf(orderBy),
    frame: rows && frameOf(name, rows),
  }
}

function frameOf(name: string, { preceding, following }: NonNullable<GivenWindow['rows']>): WindowFrame {
  for (const count of [preceding, following]) {
    if (count !== undefined && !(Number.isSafeInteger(count) && count >= 0 && count < 2 ** 31))
      throw refused(name, `${String(count)} is no count of rows`)
  }
  return Object.freeze({ preceding, following })
}

function refused(name: string, reason: string): CellarError<'INVALID_QUERY'> {
  return new CellarError('INVALID_QUERY', { clause: `over, of ${name}`, reason })
}
