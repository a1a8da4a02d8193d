import { CellarError } from '../errors/cellar-error.ts'
import type { DateExpr, Expr, TimestampExpr } from '../types/expr.ts'
import { types } from '../types/kinds.ts'
import type { DateParts, TimeParts } from '../types/time-methods.ts'
import { applyOperation, type OperationName } from './operations/table.ts'
import { toExpr } from './to-expr.ts'
import { toNode } from './to-node.ts'

type Text = string | Expr<'string', string, null>

/**
 * The time that the text is in ISO 8601, with an offset from UTC or as a day alone; null where it is none.
 *
 * @example
 * parseTimestamp(c.meta.at('taken').asText())
 */
export function parseTimestamp(text: Text): TimestampExpr<null> {
  return ofText('timestamp.parse', 'parseTimestamp', text) as TimestampExpr<null>
}

/**
 * The day that the text is as `YYYY-MM-DD`; null where it is none.
 *
 * @example
 * parseDate(c.meta.at('born').asText())
 */
export function parseDate(text: Text): DateExpr<null> {
  return ofText('date.parse', 'parseDate', text) as DateExpr<null>
}

/**
 * The moment so many milliseconds after 1970 began in UTC; null outside the calendar.
 *
 * @example
 * fromEpoch(c.meta.at('seconds').asInt().mul(1000))
 */
export function fromEpoch(milliseconds: number | Expr<'int', number, null>): TimestampExpr<null> {
  const node = applyOperation('timestamp.from-epoch', operand('fromEpoch', milliseconds, 'int'))
  return toExpr(node) as unknown as TimestampExpr<null>
}

type Whole<P> = Required<P>

/**
 * The moment with these parts in UTC, midnight unless they say; null where there is none.
 *
 * @example
 * makeTimestamp({ year: c.year, month: 1, day: 1, hour: 12 })
 */
export function makeTimestamp(parts: TimeParts<null> & Whole<DateParts<null>>): TimestampExpr<null> {
  const names = ['year', 'month', 'day', 'hour', 'minute', 'second', 'millisecond']
  return ofParts('timestamp.make', 'makeTimestamp', parts, names) as TimestampExpr<null>
}

/**
 * The day with these parts; null where there is none.
 *
 * @example
 * makeDate({ year: c.year, month: c.month, day: 1 })
 */
export function makeDate(parts: Whole<DateParts<null>>): DateExpr<null> {
  return ofParts('date.make', 'makeDate', parts, ['year', 'month', 'day']) as DateExpr<null>
}

function ofText(operation: OperationName, subject: string, text: unknown): unknown {
  return toExpr(applyOperation(operation, operand(subject, text, 'string')))
}

function ofParts(operation: OperationName, subject: string, parts: object, names: readonly string[]): unknown {
  const unknown = Object.keys(parts).find((name) => !names.includes(name))
  if (unknown !== undefined) throw refused(subject, `it has no part ${unknown}`)
  const given: Readonly<Record<string, unknown>> = { hour: 0, minute: 0, second: 0, millisecond: 0, ...parts }
  return toExpr(applyOperation(operation, ...names.map((name) => operand(subject, given[name], 'int'))))
}

function operand(subject: string, value: unknown, kind: 'string' | 'int') {
  const node = toNode(value, types[kind])
  if (node.type.kind !== kind) throw refused(subject, `it takes ${kind}, not ${node.type.kind}`)
  return node
}

function refused(subject: string, reason: string): CellarError<'INVALID_DECLARATION'> {
  return new CellarError('INVALID_DECLARATION', { subject, reason })
}
