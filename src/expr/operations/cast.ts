import type { ColumnType } from '../../types/column-type.ts'
import { columnTypeFromJson } from '../../types/column-type-from-json.ts'
import { isInvalidValue } from '../../types/invalid-value.ts'
import type { JsonObject } from '../../util/json.ts'
import type { ExprNode } from '../node.ts'
import { constantOf, type Operation, strictEvaluator } from './operation.ts'

/** Operands: the value, and the type as a literal, in its persisted form. */
export const CASTS = {
  cast: {
    result: ([, type]) => ({ type: targetOf(type), nullable: true }),
    sql: null,
    evaluator: (operands, [node, target]) => {
      const to = targetOf(target)
      return strictEvaluator(operands.slice(0, 1), (value) => castValue(value, (node as ExprNode).type, to))
    },
  },
} satisfies Record<string, Operation>

function targetOf(node: ExprNode | undefined): ColumnType {
  return columnTypeFromJson(constantOf(node) as JsonObject)
}

/** What the type reads from the value, else from its text; null where it reads neither. */
function castValue(value: unknown, from: ColumnType, to: ColumnType): unknown {
  if (to.kind === 'json') return read(() => to.parse(from.toWire(value)))
  const text = () => read(() => to.parseText(textOf(value, from)))
  if (to.kind === 'string') return text()
  return read(() => to.parse(value)) ?? text()
}

/** Texts as they are, other values as JavaScript or JSON write them. */
function textOf(value: unknown, from: ColumnType): string {
  if (typeof value === 'string') return value
  if (value instanceof Date) return value.toISOString()
  return typeof value === 'object' ? JSON.stringify(from.toWire(value)) : String(value)
}

function read(parse: () => unknown): unknown {
  try {
    return parse()
  } catch (error) {
    if (isInvalidValue(error)) return null
    throw error
  }
}
