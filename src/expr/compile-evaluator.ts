import { CellarError } from '../errors/cellar-error.ts'
import type { CaseNode } from './case-node.ts'
import type { Evaluator } from './evaluator.ts'
import { type ExprNode, type NodeHandlers, visitNode } from './node.ts'
import { nodeKey } from './node-key.ts'
import { findOperation } from './operations/table.ts'

const compilers: NodeHandlers<undefined, Evaluator> = {
  literal:
    ({ value }) =>
    () =>
      value,
  'column-ref':
    ({ column }) =>
    ({ row }) =>
      row[column] ?? null,
  parameter:
    ({ name }) =>
    ({ parameters }) =>
      parameters?.[name] ?? null,
  element:
    ({ level }) =>
    ({ elements }) =>
      elements?.[level] ?? null,
  operation: ({ operation, operands }) => findOperation(operation).evaluator(operands.map(compileEvaluator), operands),
  case: (node) => caseEvaluator(node),
  call: (node) => {
    const key = nodeKey(node)
    return ({ calls }) => calls?.get(key) ?? null
  },
  aggregate: () => queryOnly('an aggregate'),
  window: () => queryOnly('a window function'),
  subquery: () => queryOnly('a sub-query'),
}

/**
 * Compiles an expression to a closure that evaluates it for one row: synchronous, total, and with the answer that
 * its SQL gives. Function calls are not made here; their results are looked up by the key of their node.
 */
export function compileEvaluator(node: ExprNode): Evaluator {
  return visitNode(node, compilers, undefined)
}

/** Queries take these apart before they evaluate anything; elsewhere they have no meaning. */
function queryOnly(what: string): never {
  throw new CellarError('INVALID_QUERY', { clause: 'an expression', reason: `${what} belongs into a query` })
}

function caseEvaluator({ branches, otherwise }: CaseNode): Evaluator {
  const compiled = branches.map(({ when, then }) => ({ test: compileEvaluator(when), value: compileEvaluator(then) }))
  const last = compileEvaluator(otherwise)
  return (context) => {
    for (let index = 0; index < compiled.length; index += 1) {
      const branch = compiled[index] as (typeof compiled)[number]
      if (branch.test(context) === true) return branch.value(context)
    }
    return last(context)
  }
}
