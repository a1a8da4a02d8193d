import type { ArrayExpr } from '../../types/expr.ts'
import { types } from '../../types/kinds.ts'
import { NODE } from '../expression.ts'
import { BaseBuilder, type Members } from './base.ts'

export class ArrayBuilder extends BaseBuilder implements Members<ArrayExpr<unknown>> {
  at(index: unknown) {
    return this.apply(this.#isJson ? 'array.at-in-json' : 'array.at', this.operand('at', index, types.int))
  }

  length() {
    return this.apply('array.length')
  }

  includes(value: unknown) {
    const element = this[NODE].type.element?.type ?? types.json
    const operation = this.#isJson ? 'array.includes-in-json' : 'array.includes'
    return this.apply(operation, this.operand('includes', value, element))
  }

  toText() {
    return this.apply('array.to-text')
  }

  get #isJson(): boolean {
    return !this[NODE].type.element?.type.scalar
  }
}
