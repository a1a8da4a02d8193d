import type { CatalogTable } from '../catalog/catalog.ts'
import { quoteIdentifier } from '../database/identifier.ts'
import { CellarError } from '../errors/cellar-error.ts'
import type { PlainSums } from '../expr/aggregates/aggregate.ts'
import type { ColumnRefNode } from '../expr/column-ref-node.ts'
import type { Source } from '../expr/source.ts'
import type { AnyTable } from '../schema/table.ts'
import { type Fragment, raw } from '../util/sql.ts'
import type { SourceSpec } from './query-spec.ts'

/** What a statement is compiled with. */
export interface StatementContext {
  readonly tables: ReadonlyMap<AnyTable, CatalogTable>
  readonly plainSums?: PlainSums | undefined
  /** A name that nothing else in the statement has. */
  alias(): string
}

export function createStatementContext(
  tables: ReadonlyMap<AnyTable, CatalogTable>,
  plainSums?: PlainSums,
): StatementContext {
  let aliases = 0
  return {
    tables,
    plainSums,
    alias() {
      aliases += 1
      return `t${aliases - 1}`
    },
  }
}

interface Place {
  readonly alias: string
  /** By column, where the relation has other names than the source. */
  readonly names: Readonly<Record<string, string>> | undefined
}

/** The sources of one select, and those of the queries around it. */
export class Frame {
  readonly #places = new Map<Source, Place>()
  readonly #outer: Frame | undefined

  constructor(outer: Frame | undefined) {
    this.#outer = outer
  }

  /** The queries around this one. */
  get outer(): Frame | undefined {
    return this.#outer
  }

  /** @param names of the columns in the statement, where they are not their own */
  add(from: SourceSpec, alias: string, names?: Readonly<Record<string, string>>): void {
    this.#places.set(from.source, { alias, names })
    if (from.kind === 'table') return
    for (const [source, columns] of from.replaces ?? []) {
      const entries = Object.entries(columns).map(([column, name]) => [column, names?.[name] ?? name] as const)
      this.#places.set(source, { alias, names: Object.fromEntries(entries) })
    }
  }

  addKeys(source: Source, alias: string): void {
    this.#places.set(source, { alias, names: undefined })
  }

  /** @throws INVALID_QUERY when no query around the expression reads what the column belongs to */
  column(node: ColumnRefNode): Fragment {
    const place = this.#find(node)
    const name = place?.names === undefined ? node.column : place.names[node.column]
    if (place === undefined || name === undefined) {
      const subject = node.source?.name ?? node.table ?? 'another query'
      const reason = `the column ${node.column} of ${subject} cannot be named here; join what it belongs to`
      throw new CellarError('INVALID_QUERY', { clause: 'an expression', reason })
    }
    return raw(`${place.alias}.${quoteIdentifier(name)}`)
  }

  #find(node: ColumnRefNode): Place | undefined {
    return this.#own(node) ?? (this.#outer === undefined ? undefined : this.#outer.#find(node))
  }

  #own({ source, table }: ColumnRefNode): Place | undefined {
    if (source) return this.#places.get(source)
    const named = [...this.#places].filter(([known]) => table === null || known.name === table)
    return named.length === 1 ? named[0]?.[1] : undefined
  }
}
