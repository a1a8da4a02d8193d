import type { JsonExpr } from '../../types/expr.ts'
import { types } from '../../types/kinds.ts'
import { type LiteralNode, literalNode } from '../literal-node.ts'
import { BaseBuilder, type Members } from './base.ts'

/** Postgres takes positions as int4. */
const MAX_POSITION = 2 ** 31 - 1

export class JsonBuilder extends BaseBuilder implements Members<JsonExpr<unknown>> {
  at(...path: readonly unknown[]) {
    return this.apply('json.at', ...path.map((step) => this.#step(step)))
  }

  eq(other: unknown) {
    return this.apply('json.eq', this.operand('eq', other, types.json))
  }

  length() {
    return this.apply('json.length')
  }

  asText() {
    return this.apply('json.as-text')
  }

  asInt() {
    return this.apply('json.as-int')
  }

  asFloat() {
    return this.apply('json.as-float')
  }

  asBool() {
    return this.apply('json.as-bool')
  }

  toText() {
    return this.apply('json.to-text')
  }

  #step(step: unknown): LiteralNode {
    if (typeof step === 'string') return literalNode(step, types.string)
    if (Number.isInteger(step) && Math.abs(step as number) <= MAX_POSITION) return literalNode(step, types.int)
    throw this.refused('at', 'a step of the path is a text or a whole number')
  }
}
