import type { ColumnType } from '../../types/column-type.ts'
import type { ArrayExpr } from '../../types/expr.ts'
import { types } from '../../types/kinds.ts'
import { NODE } from '../expression.ts'
import { literalNode } from '../literal-node.ts'
import type { ExprNode } from '../node.ts'
import { BaseBuilder, type Members } from './base.ts'

export class ArrayBuilder extends BaseBuilder implements Members<ArrayExpr<unknown>> {
  at(index: unknown) {
    return this.apply(this.#isJson ? 'array.at-in-json' : 'array.at', this.operand('at', index, types.int))
  }

  first() {
    return this.at(0)
  }

  last() {
    return this.at(-1)
  }

  length() {
    return this.apply('array.length')
  }

  includes(value: unknown) {
    const operation = this.#isJson ? 'array.includes-in-json' : 'array.includes'
    return this.apply(operation, this.operand('includes', value, this.#element))
  }

  indexOf(value: unknown) {
    return this.apply('array.index-of', this.operand('indexOf', value, this.#element))
  }

  slice(start: unknown, end?: unknown) {
    const bounds = end === undefined ? [start] : [start, end]
    return this.apply('array.slice', ...bounds.map((bound) => this.operand('slice', bound, types.int)))
  }

  concat(other: unknown) {
    const node = this.operand('concat', other, this[NODE].type)
    const { kind } = this.#element
    if (node.type.element?.type.kind !== kind) throw this.refused('concat', `the elements of both are of type ${kind}`)
    return this.apply('array.concat', node)
  }

  reverse() {
    return this.apply('array.reverse')
  }

  sort(direction: unknown = 'asc') {
    if (direction !== 'asc' && direction !== 'desc') throw this.refused('sort', 'its direction is asc or desc')
    this.#assertOrdered('sort')
    return this.apply('array.sort', literalNode(direction, types.string))
  }

  distinct() {
    return this.apply('array.distinct')
  }

  min() {
    this.#assertOrdered('min')
    return this.apply('array.min')
  }

  max() {
    this.#assertOrdered('max')
    return this.apply('array.max')
  }

  sum() {
    return this.apply(this.#assertNumbers('sum') === 'int' ? 'array.sum-ints' : 'array.sum')
  }

  mean() {
    this.#assertNumbers('mean')
    return this.apply('array.mean')
  }

  join(separator: unknown = ',') {
    if (this.#element.kind !== 'string') throw this.refused('join', `its elements are of type ${this.#element.kind}`)
    return this.apply('array.join', this.operand('join', separator, types.string))
  }

  toJson() {
    return this.apply('json.of')
  }

  toText() {
    return this.apply('array.to-text')
  }

  get #element(): ColumnType {
    return this[NODE].type.element?.type ?? types.json
  }

  get #isJson(): boolean {
    return !this.#element.scalar
  }

  #assertNumbers(method: string): ExprNode['type']['kind'] {
    const { kind } = this.#element
    if (kind !== 'int' && kind !== 'float') throw this.refused(method, `its elements are of type ${kind}`)
    return kind
  }

  #assertOrdered(method: string): void {
    if (!this.#element.ordered) throw this.refused(method, `values of type ${this.#element.kind} have no order`)
  }
}
