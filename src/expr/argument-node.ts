import { CellarError } from '../errors/cellar-error.ts'
import type { ColumnSpec } from '../types/column-spec.ts'
import type { ExprNode } from './node.ts'
import { toNode } from './to-node.ts'

/** What a call is given for an argument. @throws INVALID_DECLARATION for an expression of another type */
export function argumentNode(name: string, key: string, { type }: ColumnSpec, value: unknown): ExprNode {
  const node = toNode(value, type)
  if (node.type.kind === type.kind) return node
  const advice =
    type.kind === 'int' && node.type.kind === 'float' ? '; make it one with round(), floor() or toInt()' : ''
  throw new CellarError('INVALID_DECLARATION', {
    subject: `a call of ${name}`,
    reason: `the argument ${key} is ${type.kind}, not ${node.type.kind}${advice}`,
  })
}
