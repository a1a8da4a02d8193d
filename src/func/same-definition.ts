import { columnSpecToJson } from '../types/column-spec.ts'
import type { DeclaredFunction } from './function-definition.ts'

/** True when two definitions have the same code and the same signature. */
export function sameDefinition(a: DeclaredFunction, b: DeclaredFunction): boolean {
  return a === b || (a.sourceHash === b.sourceHash && signature(a) === signature(b))
}

function signature(definition: DeclaredFunction): string {
  const args = Object.entries(definition.args).map(([name, spec]) => [name, columnSpecToJson(spec)])
  const { returns, thread, batch } = definition
  const result = typeof returns === 'function' ? null : columnSpecToJson(returns)
  return JSON.stringify([args, result, thread, batch?.size ?? null])
}
