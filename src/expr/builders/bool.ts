import type { BoolExpr } from '../../types/expr.ts'
import { types } from '../../types/kinds.ts'
import { NODE } from '../expression.ts'
import { applyOperation, type OperationName } from '../operations/table.ts'
import type { Members } from './base.ts'
import { OrderedBuilder } from './ordered.ts'

/** Conditions of a chain that stand side by side. */
const GROUP = 64

export class BoolBuilder extends OrderedBuilder implements Members<BoolExpr> {
  and(...others: readonly unknown[]) {
    return this.#joined('and', 'bool.and', others)
  }

  or(...others: readonly unknown[]) {
    return this.#joined('or', 'bool.or', others)
  }

  not() {
    return this.apply('bool.not')
  }

  toText() {
    return this.apply('bool.to-text')
  }

  /** Chains are kept flat, in groups: that neither copies long lists again and again nor nests thousands of levels. */
  #joined(method: string, operation: OperationName, others: readonly unknown[]) {
    const nodes = others.map((other) => this.operand(method, other, types.bool))
    const own = this[NODE]
    const open = own.kind === 'operation' && own.operation === operation && own.operands.length < GROUP
    return this.wrap(applyOperation(operation, ...(open ? own.operands : [own]), ...nodes))
  }
}
