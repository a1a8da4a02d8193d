import { columnSpecToJson } from '../types/column-spec.ts'
import type { FunctionDefinition } from './function-definition.ts'

/** True when two definitions have the same code and the same signature. */
export function sameDefinition(a: FunctionDefinition, b: FunctionDefinition): boolean {
  return a === b || (a.sourceHash === b.sourceHash && signature(a) === signature(b))
}

function signature(definition: FunctionDefinition): string {
  const args = Object.entries(definition.args).map(([name, spec]) => [name, columnSpecToJson(spec)])
  return JSON.stringify([args, columnSpecToJson(definition.returns), definition.thread, definition.batch?.size ?? null])
}
