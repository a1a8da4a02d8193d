import { CellarError } from '../errors/cellar-error.ts'
import type { AnyExpr, Scope } from '../types/expr.ts'
import { types } from '../types/kinds.ts'
import { columnRefNode } from './column-ref-node.ts'
import { literalNode } from './literal-node.ts'
import { applyOperation } from './operations/table.ts'
import type { ResultType } from './result-type.ts'
import type { Source } from './source.ts'
import { toExpr } from './to-expr.ts'

export interface ScopeColumn extends ResultType {
  /** Computed columns also answer for the state of their cells. */
  readonly computed?: boolean
}

/** The system column that `state` and `error` of a cell read; null while every cell of the row is fine. */
export const CELLS_COLUMN = '_cells'

/**
 * The `c` of callbacks: columns by name. Naming a column that does not exist throws at once.
 *
 * @throws UNKNOWN_COLUMN on access
 */
export function columnScope(
  columns: Readonly<Record<string, ScopeColumn>>,
  table: string | null = null,
  source?: Source,
): Scope {
  const scope: Record<string, AnyExpr> = Object.create(null)
  for (const [name, column] of Object.entries(columns)) {
    const node = columnRefNode(name, column, table, source)
    scope[name] = column.computed ? toExpr(node, cellMembers(name, table, source)) : toExpr(node)
  }
  return new Proxy(Object.freeze(scope), {
    get(target, name) {
      if (typeof name === 'symbol' || name in target) return Reflect.get(target, name)
      if (name === 'then' || name === 'toJSON') return undefined
      const known = Object.keys(target).join(', ')
      throw new CellarError('UNKNOWN_COLUMN', { subject: table ?? source?.name ?? 'the table', column: name, known })
    },
  })
}

function cellMembers(name: string, table: string | null, source: Source | undefined): Record<string, AnyExpr> {
  const cells = columnRefNode(CELLS_COLUMN, { type: types.json, nullable: true }, table, source)
  const column = literalNode(name, types.string)
  return {
    state: toExpr(applyOperation('cell.state', cells, column)),
    error: toExpr(applyOperation('cell.error', cells, column)),
  }
}
