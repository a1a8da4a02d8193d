import type { VectorExpr } from '../../types/expr.ts'
import { types } from '../../types/kinds.ts'
import { NODE } from '../expression.ts'
import type { ExprNode } from '../node.ts'
import { BaseBuilder, type Members } from './base.ts'

export class VectorBuilder extends BaseBuilder implements Members<VectorExpr> {
  at(index: unknown) {
    return this.apply('vector.at', this.operand('at', index, types.int))
  }

  dimensions() {
    return this.apply('vector.dimensions')
  }

  add(other: unknown) {
    return this.apply('vector.add', this.#vector('add', other))
  }

  sub(other: unknown) {
    return this.apply('vector.sub', this.#vector('sub', other))
  }

  mul(factor: unknown) {
    return this.apply('vector.scale', this.operand('mul', factor, types.float))
  }

  normalize() {
    return this.apply('vector.normalize')
  }

  dot(other: unknown) {
    return this.apply('vector.dot', this.#vector('dot', other))
  }

  norm() {
    return this.apply('vector.norm')
  }

  l2Distance(other: unknown) {
    return this.apply('vector.l2-distance', this.#vector('l2Distance', other))
  }

  cosineDistance(other: unknown) {
    return this.apply('vector.cosine-distance', this.#vector('cosineDistance', other))
  }

  toJson() {
    return this.apply('json.of')
  }

  /** Of as many dimensions as this one. */
  #vector(method: string, other: unknown): ExprNode {
    const node = this.operand(method, other, this[NODE].type)
    const [own, others] = [this[NODE].type, node.type].map((type) => type.toJson().dimensions)
    if (own === others) return node
    throw this.refused(method, `it has ${String(own)} dimensions, the other vector ${String(others)}`)
  }
}
