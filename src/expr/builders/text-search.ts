import { types } from '../../types/kinds.ts'
import type { TextSearchMethods } from '../../types/text-methods.ts'
import type { OperationName } from '../operations/table.ts'
import type { Members } from './base.ts'
import { OrderedBuilder } from './ordered.ts'

export abstract class TextSearchBuilder extends OrderedBuilder implements Members<TextSearchMethods<never>> {
  count(part: unknown) {
    return this.#find('count', 'text.count', part)
  }

  indexOf(part: unknown) {
    return this.#find('indexOf', 'text.index-of', part)
  }

  lastIndexOf(part: unknown) {
    return this.#find('lastIndexOf', 'text.last-index-of', part)
  }

  before(separator: unknown) {
    return this.#find('before', 'text.before', separator)
  }

  after(separator: unknown) {
    return this.#find('after', 'text.after', separator)
  }

  beforeLast(separator: unknown) {
    return this.#find('beforeLast', 'text.before-last', separator)
  }

  afterLast(separator: unknown) {
    return this.#find('afterLast', 'text.after-last', separator)
  }

  removePrefix(prefix: unknown) {
    return this.#find('removePrefix', 'text.remove-prefix', prefix)
  }

  removeSuffix(suffix: unknown) {
    return this.#find('removeSuffix', 'text.remove-suffix', suffix)
  }

  #find(method: string, operation: OperationName, part: unknown) {
    return this.apply(operation, this.operand(method, part, types.string))
  }
}
