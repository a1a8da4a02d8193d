import { types } from '../../types/kinds.ts'
import { literalNode } from '../literal-node.ts'
import type { ExprNode } from '../node.ts'
import { applyOperation } from '../operations/table.ts'
import { MONTHS, UNITS } from '../operations/time-functions.ts'

type Operand = (value: unknown) => ExprNode

/** Whole months and milliseconds of a duration; undefined where it has none of them. */
export interface Steps {
  readonly months: ExprNode | undefined
  readonly milliseconds: ExprNode | undefined
}

/** The unit of a plural such as 'days'; undefined where there is no such unit. */
export function unitOf(plural: unknown): string | undefined {
  if (typeof plural !== 'string' || !plural.endsWith('s')) return undefined
  const unit = plural.slice(0, -1)
  return isUnit(unit) ? unit : undefined
}

export function isUnit(unit: unknown): unit is string {
  return typeof unit === 'string' && (Object.hasOwn(UNITS, unit) || Object.hasOwn(MONTHS, unit))
}

/** A duration in units of constant length, and in months; `sign` is 1 or -1. */
export function stepsOf(duration: Readonly<Record<string, unknown>>, sign: number, operand: Operand): Steps {
  let [months, milliseconds]: (ExprNode | undefined)[] = []
  for (const [plural, value] of Object.entries(duration)) {
    const unit = unitOf(plural)
    if (unit === undefined || value === undefined) continue
    const factor = MONTHS[unit] ?? UNITS[unit] ?? 1
    const count = product(operand(value), sign * factor)
    if (Object.hasOwn(MONTHS, unit)) months = total(months, count)
    else milliseconds = total(milliseconds, count)
  }
  return { months, milliseconds }
}

function product(node: ExprNode, factor: number): ExprNode {
  const value = node.kind === 'literal' && node.value !== null ? (node.value as number) * factor + 0 : Number.NaN
  if (Number.isSafeInteger(value)) return literalNode(value, types.int)
  return applyOperation('int.mul', node, literalNode(factor, types.int))
}

function total(sum: ExprNode | undefined, node: ExprNode): ExprNode {
  if (!sum) return node
  if (sum.kind !== 'literal' || node.kind !== 'literal') return applyOperation('int.add', sum, node)
  const value = (sum.value as number) + (node.value as number)
  return Number.isSafeInteger(value) ? literalNode(value, types.int) : applyOperation('int.add', sum, node)
}
