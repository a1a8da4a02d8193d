import type { Session } from '../database/database.ts'
import type { ResultType } from '../expr/result-type.ts'
import { arrayLiteral, type Encoded } from '../schema/array-literal.ts'
import type { Row } from '../schema/row-codec.ts'
import { castSql, type Fragment, hole, joinSql, raw, sql } from '../util/sql.ts'
import type { RelationSource } from './query-spec.ts'
import { scratchName } from './scratch-table.ts'

/** What is sent as parameters of the statement; more goes into a table first. */
const MAX_PARAMETER_BYTES = 8 * 1024 * 1024
const ROWS_PER_INSERT = 5000

/** Rows that JavaScript made, on their way to being a relation of a statement: bounded in memory. */
export class RelationBuilder {
  readonly #columns: readonly (readonly [string, ResultType])[]
  readonly #session: Session
  #rows: Encoded[][] = []
  #bytes = 0
  #table: string | undefined

  constructor(columns: Readonly<Record<string, ResultType>>, session: Session) {
    this.#columns = Object.entries(columns)
    this.#session = session
  }

  async add(row: Row): Promise<void> {
    const encoded = this.#columns.map(([name, { type }]) => {
      const value = row[name]
      if (value === null || value === undefined) return null
      this.#bytes += type.byteSize(value)
      return type.encode(value) as Encoded
    })
    this.#rows.push(encoded)
    const full =
      this.#bytes > MAX_PARAMETER_BYTES || (this.#table !== undefined && this.#rows.length >= ROWS_PER_INSERT)
    if (full) await this.#spill()
  }

  async finish(): Promise<Pick<RelationSource, 'rows' | 'columns'>> {
    const columns = Object.fromEntries(this.#columns)
    if (this.#table === undefined) return { columns, rows: this.#unnested() }
    await this.#spill()
    await this.#session.execute({ text: `analyze ${this.#table}` })
    return { columns, rows: sql`(select * from ${raw(this.#table)})` }
  }

  /** The relation is gone after this. */
  async drop(): Promise<void> {
    if (this.#table !== undefined) await this.#session.execute({ text: `drop table if exists ${this.#table}` })
  }

  async #spill(): Promise<void> {
    if (this.#table === undefined) {
      const table = `cellar."${scratchName()}"`
      const columns = this.#columns.map(([, { type }], index) => `c${index} ${type.postgres}`)
      await this.#session.execute({
        text: `create unlogged table ${table} (${columns.join(', ')}) with (autovacuum_enabled = false)`,
      })
      this.#table = table
    }
    const { length } = this.#rows
    if (length === 0) return
    const parameters = this.#columns.map(([, { type }], index) => `$${index + 1}::${type.bulk.parameter}`)
    await this.#session.execute({
      text: `insert into ${this.#table} select ${this.#list()} from unnest(${parameters.join(', ')}) as u(${this.#names()})`,
      values: this.#literals(),
    })
    this.#rows = []
    this.#bytes = 0
  }

  #unnested(): Fragment {
    const literals = this.#literals()
    const arrays = this.#columns.map(([, { type }], index) => castSql(hole(literals[index]), type.bulk.parameter))
    return sql`(select ${raw(this.#list())} from unnest(${joinSql(arrays)}) as u(${raw(this.#names())}))`
  }

  /** Elements as values of their columns' types. */
  #list(): string {
    return this.#columns
      .map(([, { type }], index) => `(u.c${index}${type.bulk.element})${type.kind === 'string' ? ' collate "C"' : ''}`)
      .join(', ')
  }

  #names(): string {
    return this.#columns.map((_, index) => `c${index}`).join(', ')
  }

  #literals(): string[] {
    return this.#columns.map((_, column) => arrayLiteral(this.#rows.map((row) => row[column] ?? null)))
  }
}
