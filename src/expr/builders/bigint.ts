import type { BigIntExpr } from '../../types/expr.ts'
import { types } from '../../types/kinds.ts'
import type { OperationName } from '../operations/table.ts'
import type { Members } from './base.ts'
import { OrderedBuilder } from './ordered.ts'

export class BigIntBuilder extends OrderedBuilder implements Members<BigIntExpr> {
  add(other: unknown) {
    return this.#arithmetic('add', 'bigint.add', other)
  }

  sub(other: unknown) {
    return this.#arithmetic('sub', 'bigint.sub', other)
  }

  mul(other: unknown) {
    return this.#arithmetic('mul', 'bigint.mul', other)
  }

  mod(other: unknown) {
    return this.#arithmetic('mod', 'bigint.mod', other)
  }

  neg() {
    return this.apply('bigint.neg')
  }

  abs() {
    return this.apply('bigint.abs')
  }

  toText() {
    return this.apply('bigint.to-text')
  }

  #arithmetic(method: string, operation: OperationName, other: unknown) {
    return this.apply(operation, this.operand(method, other, types.bigint))
  }
}
