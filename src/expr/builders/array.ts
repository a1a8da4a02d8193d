import type { ArrayExpr } from '../../types/expr.ts'
import { types } from '../../types/kinds.ts'
import { BaseBuilder, type Members } from './base.ts'

export class ArrayBuilder extends BaseBuilder implements Members<ArrayExpr<unknown>> {
  at(index: unknown) {
    return this.apply('array.at', this.operand('at', index, types.int))
  }

  length() {
    return this.apply('array.length')
  }

  includes(value: unknown) {
    return this.apply('array.includes', this.operand('includes', value, this.elementType()))
  }

  toText() {
    return this.apply('array.to-text')
  }
}
