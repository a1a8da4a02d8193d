import { CellarError } from '../errors/cellar-error.ts'
import type { OrderTerm } from '../types/expr.ts'
import { isExpr, NODE } from './expression.ts'
import type { ExprNode } from './node.ts'
import type { OrderSpec } from './order-spec.ts'

const ORDER = Symbol.for('cellar.order')

class OrderTermValue {
  readonly [ORDER]: OrderSpec

  constructor(spec: OrderSpec) {
    this[ORDER] = Object.freeze(spec)
    Object.freeze(this)
  }

  nullsFirst(): OrderTermValue {
    return new OrderTermValue({ ...this[ORDER], nulls: 'first' })
  }

  nullsLast(): OrderTermValue {
    return new OrderTermValue({ ...this[ORDER], nulls: 'last' })
  }
}

export function createOrderTerm(node: ExprNode, direction: 'asc' | 'desc'): OrderTerm {
  // `~order` exists for the type checker only.
  return new OrderTermValue({ node, direction }) as unknown as OrderTerm
}

/**
 * What an order callback gave: a term, or an expression for its ascending order.
 *
 * @throws INVALID_DECLARATION when the value is neither, or its type has no order
 */
function orderSpecOf(value: unknown): OrderSpec {
  if (typeof value === 'object' && value !== null && ORDER in value) return value[ORDER] as OrderSpec
  const refuse = (reason: string) => new CellarError('INVALID_DECLARATION', { subject: 'an order', reason })
  if (!isExpr(value)) throw refuse('it takes terms such as c.title.asc()')
  const node = value[NODE]
  if (!node.type.ordered) throw refuse(`values of type ${node.type.kind} have no order`)
  return Object.freeze({ node, direction: 'asc' })
}

/** What an order callback gave, as terms. */
export function orderSpecsOf(value: unknown): readonly OrderSpec[] {
  return (Array.isArray(value) ? value : [value]).map(orderSpecOf)
}
