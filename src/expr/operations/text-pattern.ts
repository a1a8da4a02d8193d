import { arrayType } from '../../types/array.ts'
import type { ColumnType } from '../../types/column-type.ts'
import { types } from '../../types/kinds.ts'
import { constantOf, type Operation, ownNulls, strictEvaluator } from './operation.ts'
import { type CompiledPattern, compilePattern, expandReplacement } from './pattern.ts'

interface PatternSpec {
  readonly type: ColumnType
  readonly nulls?: 'always'
  js(text: string, pattern: CompiledPattern, other: unknown): unknown
}

/**
 * Operands: the text, the constant source of the pattern, what else there is. The regular expressions of Postgres are
 * other ones, and can take for ever.
 */
function patternOperation({ type, nulls, js }: PatternSpec): Operation {
  return ownNulls({
    type,
    ...(nulls && { nulls }),
    sql: null,
    evaluator: (operands, nodes) => {
      const pattern = compilePattern(String(constantOf(nodes[1])))
      return strictEvaluator(operands, (text, _, other) => js(text as string, pattern, other))
    },
  })
}

export const TEXT_PATTERN_OPERATIONS = {
  'text.matches': patternOperation({ type: types.bool, js: (text, pattern) => pattern.test(text) }),
  'text.full-match': patternOperation({ type: types.bool, js: (text, pattern) => pattern.testAll(text) }),
  'text.replace-matches': patternOperation({
    type: types.string,
    js: (text, pattern, by) => replaceMatches(text, pattern, by as string),
  }),
  'text.find-all': patternOperation({
    type: arrayType(types.string),
    js: (text, pattern) => Array.from(pattern.matches(text), ({ groups }) => groups[0]),
  }),
  'text.extract': patternOperation({
    type: types.string,
    nulls: 'always',
    js: (text, pattern, group) => firstMatch(text, pattern)?.groups[group as number] ?? null,
  }),
  'text.match-groups': patternOperation({
    type: arrayType(types.string, true),
    nulls: 'always',
    js: (text, pattern) => firstMatch(text, pattern)?.groups.slice(1) ?? null,
  }),
} satisfies Record<string, Operation>

function replaceMatches(text: string, pattern: CompiledPattern, by: string): string {
  let replaced = ''
  let from = 0
  for (const match of pattern.matches(text)) {
    replaced += text.slice(from, match.start) + expandReplacement(by, match, pattern)
    from = match.end
  }
  return replaced + text.slice(from)
}

function firstMatch(text: string, pattern: CompiledPattern) {
  for (const match of pattern.matches(text)) return match
  return undefined
}
