import { types } from '../../types/kinds.ts'
import type { TextPartMethods } from '../../types/text-methods.ts'
import { literalNode } from '../literal-node.ts'
import type { ExprNode } from '../node.ts'
import type { OperationName } from '../operations/table.ts'
import { MAX_CHARACTERS } from '../operations/text-shape-functions.ts'
import type { Members } from './base.ts'
import { TextPatternBuilder } from './text-pattern.ts'

export abstract class TextPartBuilder extends TextPatternBuilder implements Members<TextPartMethods<never>> {
  trim(characters?: unknown) {
    return this.#trim('trim', 'text.trim', 'text.trim-of', characters)
  }

  trimStart(characters?: unknown) {
    return this.#trim('trimStart', 'text.trim-start', 'text.trim-start-of', characters)
  }

  trimEnd(characters?: unknown) {
    return this.#trim('trimEnd', 'text.trim-end', 'text.trim-end-of', characters)
  }

  split(separator: unknown, limit?: unknown) {
    const by = this.operand('split', separator, types.string)
    if (limit === undefined) return this.apply('text.split', by)
    return this.apply('text.split-limited', by, this.whole('split', 'limit', limit, 1))
  }

  splitEnd(separator: unknown, limit: unknown) {
    const by = this.operand('splitEnd', separator, types.string)
    return this.apply('text.split-end', by, this.whole('splitEnd', 'limit', limit, 1))
  }

  partition(separator: unknown) {
    return this.apply('text.partition', this.operand('partition', separator, types.string))
  }

  partitionLast(separator: unknown) {
    return this.apply('text.partition-last', this.operand('partitionLast', separator, types.string))
  }

  replaceSlice(start: unknown, end: unknown, by: unknown) {
    const bounds = [start, end].map((bound) => this.operand('replaceSlice', bound, types.float))
    return this.apply('text.replace-slice', ...bounds, this.operand('replaceSlice', by, types.string))
  }

  #trim(method: string, whiteSpace: OperationName, given: OperationName, characters: unknown) {
    if (characters === undefined) return this.apply(whiteSpace)
    return this.apply(given, this.operand(method, characters, types.string))
  }

  /** Widths and limits are given by the declaration, so that no row can ask for a text that fills the memory. */
  protected whole(method: string, name: string, value: unknown, least = 0): ExprNode {
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= MAX_CHARACTERS)
      return literalNode(value, types.int)
    throw this.refused(method, `its ${name} is a whole number from ${least} to ${MAX_CHARACTERS}`)
  }
}
