import type { BoolExpr } from '../../types/expr.ts'
import { types } from '../../types/kinds.ts'
import type { ExprNode } from '../node.ts'
import type { Members } from './base.ts'
import { OrderedBuilder } from './ordered.ts'

export class BoolBuilder extends OrderedBuilder implements Members<BoolExpr> {
  and(...others: readonly unknown[]) {
    return this.chained('bool.and', this.#conditions('and', others))
  }

  or(...others: readonly unknown[]) {
    return this.chained('bool.or', this.#conditions('or', others))
  }

  not() {
    return this.apply('bool.not')
  }

  toText() {
    return this.apply('bool.to-text')
  }

  #conditions(method: string, others: readonly unknown[]): ExprNode[] {
    return others.map((other) => this.operand(method, other, types.bool))
  }
}
