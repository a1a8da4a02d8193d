import type { JsonExpr } from '../../types/expr.ts'
import { types } from '../../types/kinds.ts'
import { jsonNode, jsonNodeOf } from '../json-of.ts'
import { type LiteralNode, literalNode } from '../literal-node.ts'
import { traceElement } from '../trace-element.ts'
import { BaseBuilder, type Members } from './base.ts'

/** Postgres takes positions as int4. */
const MAX_POSITION = 2 ** 31 - 1

export class JsonBuilder extends BaseBuilder implements Members<JsonExpr<unknown>> {
  at(...path: readonly unknown[]) {
    return this.apply('json.at', ...this.#path('at', path))
  }

  each(...path: readonly unknown[]) {
    return this.apply('json.each', ...this.#path('each', path))
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

  set(path: unknown, value: unknown) {
    const steps = this.#path('set', Array.isArray(path) ? path : [path])
    if (steps.length === 0) throw this.refused('set', 'its path has no step')
    return this.apply('json.set', jsonNodeOf(value), ...steps)
  }

  remove(...path: readonly unknown[]) {
    if (path.length === 0) throw this.refused('remove', 'its path has no step')
    return this.apply('json.remove', ...this.#path('remove', path))
  }

  merge(other: unknown) {
    return this.apply('json.merge', this.operand('merge', other, types.json))
  }

  concat(other: unknown) {
    return this.apply('json.concat', this.operand('concat', other, types.json))
  }

  keys() {
    return this.apply('json.keys')
  }

  values() {
    return this.apply('json.values')
  }

  entries() {
    return this.apply('json.entries')
  }

  contains(value: unknown) {
    return this.apply('json.contains', jsonNodeOf(value))
  }

  has(name: unknown) {
    if (typeof name !== 'string') throw this.refused('has', 'the name of a member is a text')
    return this.apply('json.has', literalNode(types.string.parse(name), types.string))
  }

  isEmpty() {
    return this.apply('json.is-empty')
  }

  flatten() {
    return this.apply('json.flatten')
  }

  sum() {
    return this.apply('json.sum')
  }

  min() {
    return this.apply('json.min')
  }

  max() {
    return this.apply('json.max')
  }

  mean() {
    return this.apply('json.mean')
  }

  map(callback: unknown) {
    const { level, body } = this.#traced('map', callback)
    return this.apply('json.map', level, jsonNode(body))
  }

  filter(callback: unknown) {
    const { level, body } = this.#traced('filter', callback)
    if (body.type.kind !== 'bool') throw this.refused('filter', `its condition is of type ${body.type.kind}`)
    return this.apply('json.filter', level, body)
  }

  sort(callback: unknown = (element: unknown) => element, direction: unknown = 'asc') {
    if (direction !== 'asc' && direction !== 'desc') throw this.refused('sort', 'its direction is asc or desc')
    const { level, body } = this.#traced('sort', callback)
    if (!body.type.ordered && body.type.kind !== 'json')
      throw this.refused('sort', `values of type ${body.type.kind} have no order`)
    return this.apply('json.sort', level, body, literalNode(direction, types.string))
  }

  toText() {
    return this.apply('json.to-text')
  }

  #traced(method: string, callback: unknown) {
    return traceElement(`${method} of a json expression`, callback, (node) => this.wrap(node))
  }

  #path(method: string, path: readonly unknown[]): LiteralNode[] {
    return path.map((step) => {
      if (typeof step === 'string') return literalNode(step, types.string)
      if (Number.isInteger(step) && Math.abs(step as number) <= MAX_POSITION) return literalNode(step, types.int)
      throw this.refused(method, 'a step of the path is a text or a whole number')
    })
  }
}
