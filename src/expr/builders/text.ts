import type { TextExpr } from '../../types/expr.ts'
import { types } from '../../types/kinds.ts'
import type { ExprNode } from '../node.ts'
import type { Members } from './base.ts'
import { TextShapeBuilder } from './text-shape.ts'

export class TextBuilder extends TextShapeBuilder implements Members<TextExpr> {
  toText() {
    return this
  }

  lower() {
    return this.apply('text.lower')
  }

  upper() {
    return this.apply('text.upper')
  }

  replace(find: unknown, by: unknown) {
    return this.apply('text.replace', this.#text('replace', find), this.#text('replace', by))
  }

  replaceAll(find: unknown, by: unknown) {
    return this.apply('text.replace-all', this.#text('replaceAll', find), this.#text('replaceAll', by))
  }

  slice(start: unknown, end?: unknown) {
    const bounds = end === undefined ? [start] : [start, end]
    return this.apply('text.slice', ...bounds.map((bound) => this.operand('slice', bound, types.float)))
  }

  contains(part: unknown) {
    return this.apply('text.contains', this.#text('contains', part))
  }

  startsWith(part: unknown) {
    return this.apply('text.starts-with', this.#text('startsWith', part))
  }

  endsWith(part: unknown) {
    return this.apply('text.ends-with', this.#text('endsWith', part))
  }

  like(pattern: unknown) {
    return this.apply('text.like', this.#text('like', pattern))
  }

  length() {
    return this.apply('text.length')
  }

  md5() {
    return this.apply('text.md5')
  }

  concat(...parts: readonly unknown[]) {
    const texts = parts.map((part) => this.#text('concat', part))
    return this.chained('text.concat', texts)
  }

  #text(method: string, value: unknown): ExprNode {
    return this.operand(method, value, types.string)
  }
}
