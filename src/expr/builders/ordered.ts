import { arrayType } from '../../types/array.ts'
import { types } from '../../types/kinds.ts'
import { baseType, convertNode, unifyNodes } from '../convert.ts'
import { NODE } from '../expression.ts'
import { literalNode } from '../literal-node.ts'
import { applyOperation, type OperationName } from '../operations/table.ts'
import { createOrderTerm } from '../order-term.ts'
import { type QueryValue, queryValueOf, subqueryNode } from '../subquery-node.ts'
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
    const query = queryValueOf(values)
    if (query) return this.#inQuery(query)
    if (!Array.isArray(values)) throw this.refused('in', 'it takes an array of values, or a query of one column')
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

  #inQuery(query: QueryValue) {
    const [column, ...more] = Object.values(query.columns)
    if (!column || more.length > 0) throw this.refused('in', 'its query has to select one column')
    const operand = convertNode(this[NODE], baseType(column.type)) ?? this[NODE]
    const kinds = [operand.type.kind, column.type.kind]
    if (kinds[0] !== kinds[1] && !kinds.every((kind) => kind === 'int' || kind === 'float'))
      throw this.refused('in', `its query selects values of type ${column.type.kind}`)
    const nullable = operand.nullable || column.nullable
    return this.wrap(subqueryNode({ form: 'in', operand, query, type: types.bool, nullable }))
  }

  #compare(operation: OperationName, ...others: readonly unknown[]) {
    return this.wrap(applyOperation(operation, ...this.unified(operation, others)))
  }
}
