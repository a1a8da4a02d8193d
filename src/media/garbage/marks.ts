import { quoteIdentifier } from '../../database/identifier.ts'

/** A column of a table that is qualified and quoted already. */
interface MarkingColumn {
  readonly table: string
  readonly column: string
}

export interface Marks {
  /** Media columns: each cell is a ref or an external URL. History tables belong to them. */
  readonly cells: readonly MarkingColumn[]
  /** Columns of text or JSON that name refs anywhere inside: arrays of media, payloads and results of jobs. */
  readonly texts: readonly MarkingColumn[]
}

/** A condition: nothing names the hash that the SQL expression gives. One statement sees all tables at one moment. */
export function unmarked(hash: string, { cells, texts }: Marks): string {
  const conditions = [
    ...cells.map(({ table, column }) => `select 1 from ${table} r where ${hashOfCell(column)} = ${hash}`),
    ...texts.map(({ table, column }) => `select 1 from (${hashesInText(table, column)}) r where r.sha256 = ${hash}`),
  ]
  return conditions.map((query) => `not exists (${query})`).join('\n  and ') || 'true'
}

/** `cellar:` comes before the hash, the extension after it. */
function hashOfCell(column: string): string {
  return `substr(r.${quoteIdentifier(column)}, 8, 64) collate "C"`
}

function hashesInText(table: string, column: string): string {
  const text = `${quoteIdentifier(column)}::text`
  return `select found[1] collate "C" as sha256 from ${table}, regexp_matches(${text}, 'cellar:([0-9a-f]{64})', 'g') found`
}
