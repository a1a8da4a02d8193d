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
 * The `c` of callbacks: columns by name, each made when it is asked for. Naming a column that does not exist throws at
 * once.
 *
 * @throws UNKNOWN_COLUMN on access
 */
export function columnScope(
  columns: Readonly<Record<string, ScopeColumn>>,
  table: string | null = null,
  source?: Source,
): Scope {
  return new Proxy<Record<string, AnyExpr>>(Object.create(null), new ScopeHandler(columns, table, source))
}

class ScopeHandler implements ProxyHandler<Record<string, AnyExpr>> {
  readonly #columns: Readonly<Record<string, ScopeColumn>>
  readonly #table: string | null
  readonly #source: Source | undefined

  constructor(columns: Readonly<Record<string, ScopeColumn>>, table: string | null, source: Source | undefined) {
    this.#columns = columns
    this.#table = table
    this.#source = source
  }

  get(made: Record<string, AnyExpr>, name: string | symbol): AnyExpr | undefined {
    if (typeof name === 'symbol') return undefined
    const known = made[name]
    if (known) return known
    if (!Object.hasOwn(this.#columns, name)) return this.#missing(name)
    const column = this.#columns[name] as ScopeColumn
    const node = columnRefNode(name, column, this.#table, this.#source)
    const expr = column.computed ? toExpr(node, cellMembers(name, this.#table, this.#source)) : toExpr(node)
    made[name] = expr
    return expr
  }

  has(_: object, name: string | symbol): boolean {
    return typeof name === 'string' && Object.hasOwn(this.#columns, name)
  }

  /** For callbacks that take all columns, as in `{ ...c }`. */
  ownKeys(): string[] {
    return Object.keys(this.#columns)
  }

  getOwnPropertyDescriptor(made: Record<string, AnyExpr>, name: string | symbol): PropertyDescriptor | undefined {
    if (!this.has(made, name)) return undefined
    return { value: this.get(made, name), enumerable: true, configurable: true, writable: true }
  }

  set(): false {
    return false
  }

  #missing(name: string): undefined {
    // What awaits or serialises a value asks for these.
    if (name === 'then' || name === 'toJSON') return undefined
    const known = Object.keys(this.#columns).join(', ')
    const subject = this.#table ?? this.#source?.name ?? 'the table'
    throw new CellarError('UNKNOWN_COLUMN', { subject, column: name, known })
  }
}

function cellMembers(name: string, table: string | null, source: Source | undefined): Record<string, AnyExpr> {
  const cells = columnRefNode(CELLS_COLUMN, { type: types.json, nullable: true }, table, source)
  const column = literalNode(name, types.string)
  return {
    state: toExpr(applyOperation('cell.state', cells, column)),
    error: toExpr(applyOperation('cell.error', cells, column)),
  }
}
