import type { FunctionDefinition } from '../func/function-definition.ts'
import type { FunctionId } from '../func/same-definition.ts'
import { withDepth } from './depth.ts'
import type { ExprNode } from './node.ts'
import type { ResultType } from './result-type.ts'

/** A call of a user's function. `definition` is undefined where the function is known by name only. */
export interface CallNode extends ResultType {
  readonly kind: 'call'
  readonly function: FunctionId
  readonly definition: FunctionDefinition | undefined
  readonly args: Readonly<Record<string, ExprNode>>
}

export function callNode(fields: Omit<CallNode, 'kind'>): CallNode {
  const { name, version } = fields.function
  const { definition, args, type, nullable } = fields
  const id = Object.freeze({ name, version })
  const node = { kind: 'call', function: id, definition, args: Object.freeze({ ...args }), type, nullable } as const
  return withDepth<CallNode>(Object.freeze(node), Object.values(args))
}
