import { types } from '../../types/kinds.ts'
import type { MathMethods } from '../../types/number-methods.ts'
import { NODE } from '../expression.ts'
import type { ExprNode } from '../node.ts'
import { applyOperation, type OperationName } from '../operations/table.ts'
import type { Members } from './base.ts'
import { OrderedBuilder } from './ordered.ts'

/** Ints and floats: an operation of two ints is one of ints, any other converts both to floats. */
export abstract class MathBuilder extends OrderedBuilder implements Members<MathMethods<'int' | 'float', never>> {
  exp() {
    return this.#real('float.exp')
  }

  log() {
    return this.#real('float.log')
  }

  log2() {
    return this.#real('float.log2')
  }

  log10() {
    return this.#real('float.log10')
  }

  sin() {
    return this.#real('float.sin')
  }

  cos() {
    return this.#real('float.cos')
  }

  tan() {
    return this.#real('float.tan')
  }

  asin() {
    return this.#real('float.asin')
  }

  acos() {
    return this.#real('float.acos')
  }

  atan() {
    return this.#real('float.atan')
  }

  sign() {
    return this.apply(this.isInt ? 'int.sign' : 'float.sign')
  }

  clamp(low: unknown, high: unknown) {
    const [value, from, to] = this.unified('clamp', [low, high]) as [ExprNode, ExprNode, ExprNode]
    return this.wrap(applyOperation('least', applyOperation('greatest', value, from), to))
  }

  floorDiv(other: unknown) {
    return this.arithmetic('floorDiv', 'int.floor-div', 'float.floor-div', other)
  }

  bitAnd(other: unknown) {
    return this.#bits('bitAnd', 'int.bit-and', other)
  }

  bitOr(other: unknown) {
    return this.#bits('bitOr', 'int.bit-or', other)
  }

  bitXor(other: unknown) {
    return this.#bits('bitXor', 'int.bit-xor', other)
  }

  protected get isInt(): boolean {
    return this[NODE].type.kind === 'int'
  }

  protected float(): ExprNode {
    return this.isInt ? applyOperation('int.to-float', this[NODE]) : this[NODE]
  }

  protected arithmetic(method: string, ints: OperationName, floats: OperationName, other: unknown) {
    const operands = this.unified(method, [other])
    return this.wrap(applyOperation(operands[0]?.type.kind === 'int' ? ints : floats, ...operands))
  }

  #real(operation: OperationName) {
    return this.wrap(applyOperation(operation, this.float()))
  }

  #bits(method: string, operation: OperationName, other: unknown) {
    if (!this.isInt) throw this.refused(method, 'it takes ints')
    return this.apply(operation, this.operand(method, other, types.int))
  }
}
