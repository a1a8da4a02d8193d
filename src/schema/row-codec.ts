import type { ColumnType } from '../types/column-type.ts'

/** A row as the store, the engine and the queries pass it on: values by column name. */
export type Row = Record<string, unknown>

/** One row of a result read as raw text. */
export type RawRow = readonly (string | null)[]

/** What a raw column is called and how its text is read. */
export interface CodecColumn {
  readonly name: string
  readonly type: ColumnType
}

/** Reads rows of raw text into values, column by position. */
export interface RowDecoder {
  readonly columns: readonly CodecColumn[]
  /** @param offset position of the first column in the raw row */
  decode(raw: RawRow, offset?: number): Row
}

/** One decoder per shape of result: keep it, the objects it makes then share one hidden class. */
export function createRowDecoder(columns: readonly CodecColumn[]): RowDecoder {
  const names = columns.map((column) => column.name)
  const types = columns.map((column) => column.type)
  const width = names.length
  return {
    columns,
    decode(raw, offset = 0) {
      const row: Row = {}
      for (let i = 0; i < width; i += 1) {
        const text = raw[offset + i]
        row[names[i] as string] = text === null || text === undefined ? null : (types[i] as ColumnType).decode(text)
      }
      return row
    },
  }
}
