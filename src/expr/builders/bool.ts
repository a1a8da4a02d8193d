import type { BoolExpr } from '../../types/expr.ts'
import { types } from '../../types/kinds.ts'
import type { Members } from './base.ts'
import { OrderedBuilder } from './ordered.ts'

export class BoolBuilder extends OrderedBuilder implements Members<BoolExpr> {
  and(...others: readonly unknown[]) {
    return this.apply('bool.and', ...others.map((other) => this.operand('and', other, types.bool)))
  }

  or(...others: readonly unknown[]) {
    return this.apply('bool.or', ...others.map((other) => this.operand('or', other, types.bool)))
  }

  not() {
    return this.apply('bool.not')
  }

  toText() {
    return this.apply('bool.to-text')
  }
}
