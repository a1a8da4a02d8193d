import type { ColumnSpec } from '../types/column-spec.ts'
import type { AnyExpr } from '../types/expr.ts'
import { parameterNode } from './parameter-node.ts'
import { toExpr } from './to-expr.ts'

/** A value that is given when the expression runs. */
export function createParameter(name: string, spec: ColumnSpec): AnyExpr {
  return toExpr(parameterNode(name, spec))
}
