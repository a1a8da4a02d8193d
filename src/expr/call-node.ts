import type { FunctionDefinition } from '../func/function-definition.ts'
import type { FunctionId } from '../func/same-definition.ts'
import type { ExprNode } from './node.ts'
import { factsOf, type NodeBase } from './node-facts.ts'

/** A call of a user's function. `definition` is undefined where the function is known by name only. */
export interface CallNode extends NodeBase {
  readonly kind: 'call'
  readonly function: FunctionId
  readonly definition: FunctionDefinition | undefined
  readonly args: Readonly<Record<string, ExprNode>>
}

export function callNode(fields: Omit<CallNode, 'kind' | 'facts'>): CallNode {
  const { name, version } = fields.function
  const { definition, args, type, nullable } = fields
  const id = Object.freeze({ name, version })
  const facts = factsOf('call', Object.values(args))
  return Object.freeze({
    kind: 'call',
    function: id,
    definition,
    args: Object.freeze({ ...args }),
    type,
    nullable,
    facts,
  })
}
