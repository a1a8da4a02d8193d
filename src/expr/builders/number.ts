import type { NumExpr } from '../../types/expr.ts'
import { types } from '../../types/kinds.ts'
import { literalNode } from '../literal-node.ts'
import { applyOperation } from '../operations/table.ts'
import type { Members } from './base.ts'
import { MathBuilder } from './math.ts'

/** Powers of ten up to this are exact doubles. */
const MAX_DIGITS = 22

export class NumberBuilder extends MathBuilder implements Members<NumExpr<'int' | 'float'>> {
  add(other: unknown) {
    return this.arithmetic('add', 'int.add', 'float.add', other)
  }

  sub(other: unknown) {
    return this.arithmetic('sub', 'int.sub', 'float.sub', other)
  }

  mul(other: unknown) {
    return this.arithmetic('mul', 'int.mul', 'float.mul', other)
  }

  div(other: unknown) {
    return this.wrap(applyOperation('float.div', this.float(), this.operand('div', other, types.float)))
  }

  mod(other: unknown) {
    return this.arithmetic('mod', 'int.mod', 'float.mod', other)
  }

  neg() {
    return this.apply(this.isInt ? 'int.neg' : 'float.neg')
  }

  abs() {
    return this.apply(this.isInt ? 'int.abs' : 'float.abs')
  }

  round(digits: unknown = 0) {
    if (typeof digits !== 'number' || !Number.isInteger(digits) || Math.abs(digits) > MAX_DIGITS)
      throw this.refused('round', `its digits are a whole number from -${MAX_DIGITS} to ${MAX_DIGITS}`)
    if (this.isInt && digits >= 0) return this
    if (digits === 0) return this.apply('float.round')
    const scale = literalNode(10 ** Math.abs(digits), types.float)
    const operation = digits > 0 ? 'float.round-digits' : 'float.round-tens'
    const rounded = applyOperation(operation, this.float(), scale)
    return this.wrap(this.isInt ? applyOperation('float.to-int', rounded) : rounded)
  }

  floor() {
    return this.isInt ? this : this.apply('float.floor')
  }

  ceil() {
    return this.isInt ? this : this.apply('float.ceil')
  }

  sqrt() {
    return this.wrap(applyOperation('float.sqrt', this.float()))
  }

  pow(exponent: unknown) {
    if (exponent === 2) return this.wrap(applyOperation('float.square', this.float()))
    if (exponent === 3) return this.wrap(applyOperation('float.cube', this.float()))
    return this.wrap(applyOperation('float.pow', this.float(), this.operand('pow', exponent, types.float)))
  }

  toInt() {
    return this.isInt ? this : this.apply('float.to-int')
  }

  toFloat() {
    return this.isInt ? this.apply('int.to-float') : this
  }

  toText() {
    return this.apply(this.isInt ? 'int.to-text' : 'float.to-text')
  }
}
