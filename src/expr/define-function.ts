import { CellarError } from '../errors/cellar-error.ts'
import { createDefinition } from '../func/create-definition.ts'
import type { FunctionDefinition } from '../func/function-definition.ts'
import type { CellarFunction, FunctionSpec } from '../func/function-spec.ts'
import { registerFunction } from '../func/registry.ts'
import type { AnyColumn, Columns } from '../types/column.ts'
import type { ColumnSpec } from '../types/column-spec.ts'
import { type CallNode, callNode } from './call-node.ts'
import type { ExprNode } from './node.ts'
import { toExpr } from './to-expr.ts'
import { toNode } from './to-node.ts'

/**
 * Declares a function for expressions. Calling it computes nothing: it gives an expression.
 *
 * @example
 * const initials = defineFunction({
 *   name: 'initials',
 *   args: { name: t.string() },
 *   returns: t.string(),
 *   run: ({ name }) => name.split(' ').map((word) => word[0]).join(''),
 * })
 * defineTable('people', { name: t.string() }).computed('initials', (c) => initials({ name: c.name }))
 *
 * @throws INVALID_DECLARATION when the options contradict each other
 * @throws DUPLICATE_DECLARATION when another function has the name and version
 */
export function defineFunction<A extends Columns, R extends AnyColumn>(
  spec: FunctionSpec<A, R>,
): CellarFunction<A, R['~expr']> {
  const definition = createDefinition(spec)
  registerFunction(definition)
  const call = (args: Readonly<Record<string, unknown>> = {}) => toExpr(callOf(definition, args))
  Object.defineProperty(call, 'name', { value: definition.name })
  // `~args` and `~expr` exist for the type checker only.
  return Object.freeze(call) as unknown as CellarFunction<A, R['~expr']>
}

function callOf(definition: FunctionDefinition, values: Readonly<Record<string, unknown>>): CallNode {
  const { name, version, args: specs, returns } = definition
  const unknown = Object.keys(values).find((key) => !Object.hasOwn(specs, key))
  if (unknown !== undefined) throw refused(name, `it has no argument ${unknown}`)
  const args: Record<string, ExprNode> = {}
  let nullable = returns.nullable
  for (const [key, spec] of Object.entries(specs)) {
    const value = values[key]
    if (value === undefined) {
      if (!spec.nullable && !spec.default) throw refused(name, `it needs the argument ${key}`)
      continue
    }
    const node = argument(name, key, spec, value)
    args[key] = node
    if (node.nullable && !spec.nullable) nullable = true
  }
  return callNode({ function: { name, version }, definition, args, type: returns.type, nullable })
}

function argument(name: string, key: string, { type }: ColumnSpec, value: unknown): ExprNode {
  const node = toNode(value, type)
  if (node.type.kind === type.kind) return node
  const advice =
    type.kind === 'int' && node.type.kind === 'float' ? '; make it one with round(), floor() or toInt()' : ''
  throw refused(name, `the argument ${key} is ${type.kind}, not ${node.type.kind}${advice}`)
}

function refused(name: string, reason: string): CellarError<'INVALID_DECLARATION'> {
  return new CellarError('INVALID_DECLARATION', { subject: `a call of ${name}`, reason })
}
