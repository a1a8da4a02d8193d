import { type ColumnSpec, columnSpecToJson } from '../types/column-spec.ts'
import { canonicalJson } from '../util/canonical-json.ts'
import type { DeclaredFunction, FunctionArgs, FunctionDefinition } from './function-definition.ts'

const known = new WeakMap<DeclaredFunction, Map<string, FunctionDefinition>>()

/** The function with the result type that it has for these constant arguments. */
export function concreteFunction(declared: DeclaredFunction, constants: FunctionArgs): FunctionDefinition {
  const { returns } = declared
  return withResult(declared, typeof returns === 'function' ? returns(constants) : returns)
}

/** Calls of one function with one result type share a definition. */
export function withResult(declared: DeclaredFunction, returns: ColumnSpec): FunctionDefinition {
  if (isConcrete(declared)) return declared
  const key = canonicalJson(columnSpecToJson(returns))
  const definitions = known.get(declared) ?? new Map<string, FunctionDefinition>()
  known.set(declared, definitions)
  const definition = definitions.get(key) ?? Object.freeze({ ...declared, returns })
  definitions.set(key, definition)
  return definition
}

function isConcrete(declared: DeclaredFunction): declared is FunctionDefinition {
  return typeof declared.returns !== 'function'
}
