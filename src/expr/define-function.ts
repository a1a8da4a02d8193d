import { CellarError } from '../errors/cellar-error.ts'
import { concreteFunction } from '../func/concrete-function.ts'
import { createDefinition } from '../func/create-definition.ts'
import type { DeclaredFunction, FunctionArgs } from '../func/function-definition.ts'
import type { CellarFunction, DirectOptions, DirectResult, FunctionSpec } from '../func/function-spec.ts'
import { register } from '../func/registry.ts'
import { runFunction } from '../func/run-function.ts'
import type { AnyColumn, Columns } from '../types/column.ts'
import { type ColumnSpec, makeDefault } from '../types/column-spec.ts'
import { argumentNode } from './argument-node.ts'
import { type CallNode, callNode } from './call-node.ts'
import { isExpr } from './expression.ts'
import type { ExprNode } from './node.ts'
import { toExpr } from './to-expr.ts'

/**
 * Declares a function for expressions. Calling it computes nothing: it gives an expression; `run` computes.
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
export function defineFunction<A extends Columns, R extends AnyColumn, O = Promise<R['~in']>>(
  spec: FunctionSpec<A, R, O>,
): CellarFunction<A, R['~expr'], DirectResult<R, O>> {
  const definition = createDefinition(spec)
  register('function', definition)
  // `~args` and `~expr` exist for the type checker only.
  return callable(definition, {}) as unknown as CellarFunction<A, R['~expr'], DirectResult<R, O>>
}

/** @param bound arguments that calls do not give */
function callable(definition: DeclaredFunction, bound: FunctionArgs): object {
  const left = Object.keys(definition.args).filter((key) => !Object.hasOwn(bound, key))
  const complete = (args: FunctionArgs): FunctionArgs => {
    const extra = Object.keys(args).find((key) => !left.includes(key))
    if (extra !== undefined) throw refused(definition.name, `it has no argument ${extra}`)
    return { ...args, ...bound }
  }
  const call = (args: FunctionArgs = {}) => toExpr(callOf(definition, complete(args)))
  Object.defineProperty(call, 'name', { value: definition.name })
  const members = {
    run: (args: FunctionArgs = {}, options?: DirectOptions) => runFunction(definition, complete(args), options),
    with(values: FunctionArgs) {
      complete(values)
      const given = Object.entries(values).filter(([, value]) => value !== undefined)
      for (const [key, value] of given) {
        if (isExpr(value)) throw refused(definition.name, `${key} is bound to an expression; only values can be`)
        argumentNode(definition.name, key, definition.args[key] as ColumnSpec, value)
      }
      return callable(definition, { ...bound, ...Object.fromEntries(given) })
    },
  }
  return Object.freeze(Object.assign(call, members))
}

/** Makes a call of a declared function. */
export function callOf(declared: DeclaredFunction, values: FunctionArgs): CallNode {
  const { name, version, args: specs } = declared
  const args: Record<string, ExprNode> = {}
  let nullable = false
  for (const [key, spec] of Object.entries(specs)) {
    const value = values[key]
    if (value === undefined) {
      if (!spec.nullable && !spec.default) throw refused(name, `it needs the argument ${key}`)
      continue
    }
    const node = argumentNode(name, key, spec, value)
    args[key] = node
    if (node.nullable && !spec.nullable) nullable = true
  }
  const definition = concreteFunction(declared, constantsOf(specs, args))
  const { type, nullable: maybeNull } = definition.returns
  return callNode({ function: { name, version }, definition, args, type, nullable: nullable || maybeNull })
}

/** The arguments whose values are known before there is a row. */
function constantsOf(specs: DeclaredFunction['args'], args: Readonly<Record<string, ExprNode>>): FunctionArgs {
  const entries = Object.entries(specs).flatMap(([key, spec]): [string, unknown][] => {
    const node = args[key]
    if (node === undefined) return [[key, makeDefault(spec)]]
    return node.kind === 'literal' ? [[key, node.value]] : []
  })
  return Object.fromEntries(entries)
}

function refused(name: string, reason: string): CellarError<'INVALID_DECLARATION'> {
  return new CellarError('INVALID_DECLARATION', { subject: `a call of ${name}`, reason })
}
