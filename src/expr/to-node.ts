import { CellarError } from '../errors/cellar-error.ts'
import type { ColumnType } from '../types/column-type.ts'
import { isInvalidValue } from '../types/invalid-value.ts'
import { types } from '../types/kinds.ts'
import { convertNode } from './convert.ts'
import { isExpr, NODE } from './expression.ts'
import { type LiteralNode, literalNode } from './literal-node.ts'
import type { ExprNode } from './node.ts'

/**
 * The node of an expression, or a literal for a plain value. With `expected`, a value is read as one of that type, and
 * an expression is converted where nothing can be lost; else it keeps its own type, which the caller judges.
 *
 * @throws INVALID_VALUE when the value is none of that type
 */
export function toNode(value: unknown, expected?: ColumnType): ExprNode {
  if (isExpr(value)) return (expected && convertNode(value[NODE], expected)) ?? value[NODE]
  if (value === undefined) throw invalid('it is undefined')
  if (value === null) return literalNode(null, expected ?? types.string)
  if (expected?.kind === 'int' && typeof value === 'number' && !Number.isSafeInteger(value))
    return literal(value, types.float)
  return literal(value, expected ?? typeOfValue(value))
}

function literal(value: unknown, type: ColumnType): LiteralNode {
  try {
    const parsed = type.parse(value)
    // Expressions never ingest: media in them are already stored, or external URLs.
    return literalNode(type.media ? type.decode(String(type.encode(parsed))) : parsed, type)
  } catch (error) {
    if (!isInvalidValue(error)) throw error
    const { reason } = error.details
    throw new CellarError('INVALID_VALUE', { subject: 'an expression', reason }, { cause: error, issues: error.issues })
  }
}

function typeOfValue(value: unknown): ColumnType {
  switch (typeof value) {
    case 'string':
      return types.string
    case 'number':
      return Number.isSafeInteger(value) ? types.int : types.float
    case 'bigint':
      return types.bigint
    case 'boolean':
      return types.bool
    case 'object':
      return value instanceof Date ? types.timestamp : value instanceof Uint8Array ? types.binary : types.json
    default:
      throw invalid(`a ${typeof value} cannot be part of it`)
  }
}

function invalid(reason: string): CellarError<'INVALID_VALUE'> {
  return new CellarError('INVALID_VALUE', { subject: 'an expression', reason })
}
