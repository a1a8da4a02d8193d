import { CellarError } from '../../errors/cellar-error.ts'
import type { ExprNode } from '../node.ts'
import { type OperationNode, operationNode } from '../operation-node.ts'
import { ARRAY_OPERATIONS } from './array.ts'
import { ARRAY_LISTS, ARRAY_SEARCH } from './array-lists.ts'
import { ARRAY_NUMBERS } from './array-numbers.ts'
import { BIGINT_OPERATIONS } from './bigint.ts'
import { BOOLEAN_OPERATIONS } from './boolean.ts'
import { CASTS } from './cast.ts'
import { CELL_OPERATIONS } from './cell.ts'
import { COALESCE_OPERATIONS } from './coalesce.ts'
import { COMPARISONS } from './comparison.ts'
import { DATE_OPERATIONS } from './date.ts'
import { DECIMAL_OPERATIONS } from './decimal.ts'
import { EXTREME_OPERATIONS } from './extreme.ts'
import { FLOAT_OPERATIONS } from './float.ts'
import { INT_OPERATIONS } from './int.ts'
import { JSON_OPERATIONS } from './json.ts'
import { JSON_CALLBACKS } from './json-callbacks.ts'
import { JSON_EDITS } from './json-edit.ts'
import { JSON_LISTS } from './json-lists.ts'
import { MATH_OPERATIONS } from './math.ts'
import { MEDIA_OPERATIONS } from './media.ts'
import type { Operation } from './operation.ts'
import { TEXT_OPERATIONS } from './text.ts'
import { TEXT_CASE_OPERATIONS } from './text-case.ts'
import { TEXT_PARTS } from './text-parts.ts'
import { TEXT_PATTERN_OPERATIONS } from './text-pattern.ts'
import { TEXT_SEARCH_OPERATIONS } from './text-search.ts'
import { TEXT_SHAPE_OPERATIONS } from './text-shape.ts'
import { TIME_ARITHMETIC } from './time-arithmetic.ts'
import { TIME_MAKING } from './time-making.ts'
import { TIME_PARTS } from './time-parts.ts'
import { TIME_ZONES } from './time-zones.ts'
import { TIMESTAMP_OPERATIONS } from './timestamp.ts'
import { UUID_OPERATIONS } from './uuid.ts'
import { VECTOR_OPERATIONS } from './vector.ts'

/** All operations by the name under which they are persisted. */
export const OPERATIONS = Object.freeze({
  ...COMPARISONS,
  ...COALESCE_OPERATIONS,
  ...EXTREME_OPERATIONS,
  ...BOOLEAN_OPERATIONS,
  ...INT_OPERATIONS,
  ...FLOAT_OPERATIONS,
  ...MATH_OPERATIONS,
  ...BIGINT_OPERATIONS,
  ...DECIMAL_OPERATIONS,
  ...TEXT_OPERATIONS,
  ...TEXT_CASE_OPERATIONS,
  ...TEXT_SEARCH_OPERATIONS,
  ...TEXT_SHAPE_OPERATIONS,
  ...TEXT_PARTS,
  ...TEXT_PATTERN_OPERATIONS,
  ...JSON_OPERATIONS,
  ...JSON_EDITS,
  ...JSON_LISTS,
  ...JSON_CALLBACKS,
  ...ARRAY_OPERATIONS,
  ...ARRAY_LISTS,
  ...ARRAY_SEARCH,
  ...ARRAY_NUMBERS,
  ...VECTOR_OPERATIONS,
  ...UUID_OPERATIONS,
  ...CASTS,
  ...TIMESTAMP_OPERATIONS,
  ...TIME_PARTS,
  ...TIME_ARITHMETIC,
  ...TIME_MAKING,
  ...TIME_ZONES,
  ...DATE_OPERATIONS,
  ...MEDIA_OPERATIONS,
  ...CELL_OPERATIONS,
})

export type OperationName = keyof typeof OPERATIONS

/** @throws INVALID_DECLARATION for a name stored by a newer version */
export function findOperation(name: string): Operation {
  if (Object.hasOwn(OPERATIONS, name)) return OPERATIONS[name as OperationName]
  const reason = `this version of Cellar has no operation ${name}`
  throw new CellarError('INVALID_DECLARATION', { subject: 'a stored expression', reason })
}

export function applyOperation(operation: OperationName, ...operands: readonly ExprNode[]): OperationNode {
  const { type, nullable } = findOperation(operation).result(operands)
  return operationNode({ operation, operands, type, nullable })
}
