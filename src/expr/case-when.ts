import { CellarError } from '../errors/cellar-error.ts'
import type { AnyExpr, Expr } from '../types/expr.ts'
import { types } from '../types/kinds.ts'
import type { CaseResult, Literal } from '../types/lift.ts'
import { caseBranch, caseNode } from './case-node.ts'
import { unifyNodes } from './convert.ts'
import { toExpr } from './to-expr.ts'
import { toNode } from './to-node.ts'

type CaseValue = Literal | AnyExpr

/**
 * The value of the first case whose condition is true, else `otherwise` (null when left out). A condition that is null
 * counts as not true.
 *
 * @example
 * caseWhen([[c.width.gt(4000), 'large'], [c.width.gt(1000), 'medium']], 'small')
 *
 * @throws INVALID_DECLARATION when the values have no common type
 */
export function caseWhen<const R extends CaseValue, const D extends CaseValue = null>(
  cases: readonly (readonly [Expr<'bool', boolean>, R])[],
  otherwise?: D,
): CaseResult<R | D> {
  if (cases.length === 0) throw refused('it needs at least one case')
  const values = [...cases.map(([, value]) => toNode(value)), toNode(otherwise ?? null)]
  const { type, nodes } = unifyNodes('caseWhen', values)
  const branches = cases.flatMap(([condition], index) => {
    const [when, then] = [toNode(condition), nodes[index]]
    if (when.type.kind !== types.bool.kind) throw refused(`a condition is of type ${when.type.kind}`)
    return then ? [caseBranch(when, then)] : []
  })
  const last = nodes.at(-1) ?? toNode(null, type)
  const nullable = nodes.some((node) => node.nullable)
  return toExpr(caseNode({ branches, otherwise: last, type, nullable })) as CaseResult<R | D>
}

function refused(reason: string): CellarError<'INVALID_DECLARATION'> {
  return new CellarError('INVALID_DECLARATION', { subject: 'caseWhen', reason })
}
