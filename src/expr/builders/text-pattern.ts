import { types as kinds } from 'node:util'
import { types } from '../../types/kinds.ts'
import type { TextPatternMethods } from '../../types/text-methods.ts'
import { literalNode } from '../literal-node.ts'
import type { ExprNode } from '../node.ts'
import { type CompiledPattern, compilePattern, sourceOfPattern } from '../operations/pattern.ts'
import type { OperationName } from '../operations/table.ts'
import { toNode } from '../to-node.ts'
import type { Members } from './base.ts'
import { TextSearchBuilder } from './text-search.ts'

export abstract class TextPatternBuilder extends TextSearchBuilder implements Members<TextPatternMethods<never>> {
  matches(pattern: unknown) {
    return this.#match('matches', 'text.matches', pattern)
  }

  fullMatch(pattern: unknown) {
    return this.#match('fullMatch', 'text.full-match', pattern)
  }

  replaceMatches(pattern: unknown, by: unknown) {
    const replacement = this.operand('replaceMatches', by, types.string)
    return this.apply('text.replace-matches', this.#pattern('replaceMatches', pattern).node, replacement)
  }

  findAll(pattern: unknown) {
    return this.#match('findAll', 'text.find-all', pattern)
  }

  extract(pattern: unknown, group: unknown = 0) {
    const { node, compiled } = this.#pattern('extract', pattern)
    const number = typeof group === 'string' && Object.hasOwn(compiled.names, group) ? compiled.names[group] : group
    if (typeof number !== 'number' || !Number.isInteger(number) || number < 0 || number > compiled.groups)
      throw this.refused('extract', `its pattern has no group ${String(group)}`)
    return this.apply('text.extract', node, literalNode(number, types.int))
  }

  matchGroups(pattern: unknown) {
    return this.#match('matchGroups', 'text.match-groups', pattern)
  }

  #match(method: string, operation: OperationName, pattern: unknown) {
    return this.apply(operation, this.#pattern(method, pattern).node)
  }

  #pattern(method: string, pattern: unknown): { node: ExprNode; compiled: CompiledPattern } {
    if (typeof pattern !== 'string' && !kinds.isRegExp(pattern))
      throw this.refused(method, 'its pattern is a text or a RegExp, not an expression')
    try {
      const source = sourceOfPattern(pattern)
      return { node: toNode(source, types.string), compiled: compilePattern(source) }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      throw this.refused(method, `${String(pattern)} is no pattern that takes linear time: ${reason}`)
    }
  }
}
