import { columnRefNode } from '../expr/column-ref-node.ts'
import { CELLS_COLUMN } from '../expr/column-scope.ts'
import { mapNode } from '../expr/map-node.ts'
import type { ExprNode } from '../expr/node.ts'
import { walkNode } from '../expr/walk.ts'
import type { TableSpec } from './table-spec.ts'

const QUERY_ONLY: Partial<Record<ExprNode['kind'], string>> = {
  aggregate: 'an aggregate',
  window: 'a window function',
  subquery: 'a sub-query',
}

/** Why an expression cannot be computed from one row of the table; undefined where it can. */
export function foreignReason(spec: TableSpec, node: ExprNode): string | undefined {
  for (const part of walkNode(node)) {
    const queryOnly = QUERY_ONLY[part.kind]
    if (queryOnly) return `it uses ${queryOnly}, which only queries have`
    if (part.kind === 'parameter') return `it uses the parameter ${part.name}, which only queries have`
    if (part.kind !== 'column-ref') continue
    if (part.column === CELLS_COLUMN) return 'it uses the state of a cell, which changes without the row being written'
    if (part.table !== null && part.table !== spec.path)
      return `it uses ${part.table}.${part.column}, a column of another table`
    if (!spec.order.includes(part.column)) return `it uses ${part.column}, which is not declared before it`
  }
  return undefined
}

/** The expression with `photos.c.title` inside table photos made the same as `c.title`. */
export function ownColumns(node: ExprNode): ExprNode {
  return mapNode(node, (part) =>
    part.kind === 'column-ref' && part.table !== null ? columnRefNode(part.column, part, null) : undefined,
  )
}
