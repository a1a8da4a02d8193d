import { CellarError } from '../../errors/cellar-error.ts'
import type { ColumnType } from '../../types/column-type.ts'
import { baseType, unifyNodes } from '../convert.ts'
import { NODE } from '../expression.ts'
import type { ExprNode } from '../node.ts'
import { applyOperation, type OperationName } from '../operations/table.ts'
import { toNode } from '../to-node.ts'

/** Makes the builder of a node; given to each builder, since the factory knows all of them. */
export type Wrap = (node: ExprNode) => unknown

/** The members of an expression interface that exist at run time, loosely typed: what a builder implements. */
export type Members<X> = {
  readonly [K in keyof X as K extends `~${string}` ? never : K]: X[K] extends (...args: never[]) => unknown
    ? (...args: never[]) => unknown
    : unknown
}

/** Operands of a chain that stand side by side. */
const GROUP = 256

/** The run-time side of an expression; `toExpr` holds the cast to the precise interfaces. */
export abstract class BaseBuilder {
  readonly [NODE]: ExprNode
  readonly #wrap: Wrap

  constructor(node: ExprNode, wrap: Wrap) {
    this[NODE] = node
    this.#wrap = wrap
  }

  isNull() {
    return this.apply('is-null')
  }

  isNotNull() {
    return this.apply('is-not-null')
  }

  protected apply(operation: OperationName, ...operands: readonly ExprNode[]): unknown {
    return this.#wrap(applyOperation(operation, this[NODE], ...operands))
  }

  /**
   * An operation on any number of operands that may be grouped in any way. Chains of it are kept flat, in groups: that
   * neither copies long lists again and again nor nests thousands of levels.
   */
  protected chained(operation: OperationName, operands: readonly ExprNode[]): unknown {
    const own = this[NODE]
    const open = own.kind === 'operation' && own.operation === operation && own.operands.length < GROUP
    return this.#wrap(applyOperation(operation, ...(open ? own.operands : [own]), ...operands))
  }

  protected wrap(node: ExprNode): unknown {
    return this.#wrap(node)
  }

  /** An operand that has to be of the given type. */
  protected operand(method: string, value: unknown, type: ColumnType): ExprNode {
    const node = toNode(value, type)
    if (node.type.kind === type.kind) return node
    throw this.refused(method, `it takes ${type.kind}, not ${node.type.kind}`)
  }

  /** This and the other operands as values of one type. */
  protected unified(method: string, values: readonly unknown[]): ExprNode[] {
    const type = baseType(this[NODE].type)
    const nodes = values.map((value) => toNode(value, type))
    return unifyNodes(this.#subject(method), [this[NODE], ...nodes]).nodes
  }

  protected refused(method: string, reason: string): CellarError<'INVALID_DECLARATION'> {
    return new CellarError('INVALID_DECLARATION', { subject: this.#subject(method), reason })
  }

  #subject(method: string): string {
    return `${method} of a ${this[NODE].type.kind} expression`
  }
}
