import { CellarError } from '../errors/cellar-error.ts'
import { compileEvaluator } from '../expr/compile-evaluator.ts'
import type { ExprNode } from '../expr/node.ts'
import type { Parameters } from './parameter-mark.ts'

/** What a limit or an offset says in this run; undefined where it says nothing. @throws INVALID_VALUE */
export function countValue(node: ExprNode | undefined, parameters: Parameters): number | undefined {
  if (node === undefined) return undefined
  const value = node.kind === 'literal' ? node.value : compileEvaluator(node)({ row: {}, parameters })
  if (value === null || value === undefined) return undefined
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  throw new CellarError('INVALID_VALUE', {
    subject: 'the limit of a query',
    reason: `${String(value)} is no count of rows`,
  })
}
