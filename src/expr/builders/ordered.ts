import { arrayType } from '../../types/array.ts'
import { baseType, unifyNodes } from '../convert.ts'
import { NODE } from '../expression.ts'
import { literalNode } from '../literal-node.ts'
import { applyOperation, type OperationName } from '../operations/table.ts'
import { createOrderTerm } from '../order-term.ts'
import { toNode } from '../to-node.ts'
import { BaseBuilder } from './base.ts'

/** Expressions whose values have a total order. */
export abstract class OrderedBuilder extends BaseBuilder {
  eq(other: unknown) {
    return this.#compare('eq', other)
  }

  ne(other: unknown) {
    return this.#compare('ne', other)
  }

  lt(other: unknown) {
    return this.#compare('lt', other)
  }

  lte(other: unknown) {
    return this.#compare('lte', other)
  }

  gt(other: unknown) {
    return this.#compare('gt', other)
  }

  gte(other: unknown) {
    return this.#compare('gte', other)
  }

  between(low: unknown, high: unknown) {
    return this.#compare('between', low, high)
  }

  in(values: unknown) {
    if (!Array.isArray(values)) throw this.refused('in', 'it takes an array of values')
    const type = baseType(this[NODE].type)
    const listed = values.map((value) => toNode(value, type))
    if (listed.some((node) => node.kind !== 'literal')) throw this.refused('in', 'its values cannot be expressions')
    const { nodes, type: common } = unifyNodes('in', [this[NODE], ...listed])
    const [value, ...literals] = nodes
    const elements = literals.map((node) => (node.kind === 'literal' ? node.value : null))
    const list = literalNode(elements, arrayType(common, true))
    return this.wrap(applyOperation('in', value ?? this[NODE], list))
  }

  asc() {
    return createOrderTerm(this[NODE], 'asc')
  }

  desc() {
    return createOrderTerm(this[NODE], 'desc')
  }

  #compare(operation: OperationName, ...others: readonly unknown[]) {
    return this.wrap(applyOperation(operation, ...this.unified(operation, others)))
  }
}
