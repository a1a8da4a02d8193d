import type { DecimalExpr } from '../../types/expr.ts'
import { types } from '../../types/kinds.ts'
import type { OperationName } from '../operations/table.ts'
import type { Members } from './base.ts'
import { OrderedBuilder } from './ordered.ts'

/** Exact; there is no division, since most quotients have no decimal form. */
export class DecimalBuilder extends OrderedBuilder implements Members<DecimalExpr> {
  add(other: unknown) {
    return this.#arithmetic('add', 'decimal.add', other)
  }

  sub(other: unknown) {
    return this.#arithmetic('sub', 'decimal.sub', other)
  }

  mul(other: unknown) {
    return this.#arithmetic('mul', 'decimal.mul', other)
  }

  neg() {
    return this.apply('decimal.neg')
  }

  abs() {
    return this.apply('decimal.abs')
  }

  toText() {
    return this.apply('decimal.to-text')
  }

  #arithmetic(method: string, operation: OperationName, other: unknown) {
    return this.apply(operation, this.operand(method, other, types.decimal))
  }
}
