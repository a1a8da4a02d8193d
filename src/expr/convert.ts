import { CellarError } from '../errors/cellar-error.ts'
import type { ColumnType } from '../types/column-type.ts'
import type { Kind } from '../types/kind.ts'
import { types } from '../types/kinds.ts'
import { literalNode } from './literal-node.ts'
import type { ExprNode } from './node.ts'
import { applyOperation, type OperationName } from './operations/table.ts'

/** Conversions that lose nothing, made without being asked for. */
const CONVERSIONS: Partial<Record<Kind, Partial<Record<Kind, OperationName>>>> = {
  int: { float: 'int.to-float' },
  uuid: { string: 'uuid.to-text' },
}

/** The type of a kind without the limits that a column may have. */
export function baseType(type: ColumnType): ColumnType {
  const known: Partial<Record<Kind, ColumnType>> = types
  return known[type.kind] ?? type
}

/** The node as a value of that type; undefined where the conversion could lose something. */
export function convertNode(node: ExprNode, type: ColumnType): ExprNode | undefined {
  if (node.kind === 'literal' && node.value === null) return literalNode(null, type)
  if (node.type.kind === type.kind) return node
  if (node.kind === 'literal' && node.type.kind === 'int' && type.kind === 'float') return literalNode(node.value, type)
  const operation = CONVERSIONS[node.type.kind]?.[type.kind]
  return operation && applyOperation(operation, node)
}

/**
 * Expressions brought to the one type that holds all their values.
 *
 * @throws INVALID_DECLARATION when there is none
 */
export function unifyNodes(subject: string, nodes: readonly ExprNode[]): { type: ColumnType; nodes: ExprNode[] } {
  const typed = nodes.filter((node) => node.kind !== 'literal' || node.value !== null)
  const candidates = typed.length > 0 ? typed : [literalNode(null, types.string)]
  for (const { type } of candidates) {
    const common = candidates.every((node) => sameType(node.type, type)) ? type : baseType(type)
    const converted = nodes.map((node) => convertNode(node, common))
    if (converted.every((node) => node !== undefined)) return { type: common, nodes: converted }
  }
  const kinds = [...new Set(candidates.map((node) => node.type.kind))].join(' and ')
  throw new CellarError('INVALID_DECLARATION', { subject, reason: `${kinds} have no common type` })
}

function sameType(a: ColumnType, b: ColumnType): boolean {
  return a === b || (a.kind === b.kind && JSON.stringify(a.toJson()) === JSON.stringify(b.toJson()))
}
