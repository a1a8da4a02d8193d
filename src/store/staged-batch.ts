import type { StoredMedia } from '../media/stored-media.ts'
import type { Encoded } from '../schema/array-literal.ts'
import type { Row } from '../schema/row-codec.ts'
import { cellStates, cellsText } from './cells.ts'
import type { PreparedRows } from './prepare-rows.ts'
import type { WriteColumn, WritePlan } from './write-plan.ts'

/** Rows that are ready to be written: encoded, column by column. */
export interface StagedBatch {
  /** Position of each row in the input. */
  readonly indexes: readonly number[]
  /** For each column the encoded values of all rows. */
  readonly values: readonly (readonly Encoded[])[]
  /** The text of `_cells` for each row; undefined when all cells are fine. */
  readonly cells: readonly (string | null)[] | undefined
  /** Media that the rows name; each once. */
  readonly media: readonly StoredMedia[]
}

export function encodeRows(columns: readonly WriteColumn[], rows: readonly Row[]): Encoded[][] {
  const values: Encoded[][] = []
  for (const { name, type } of columns) {
    const encoded = new Array<Encoded>(rows.length)
    for (let i = 0; i < rows.length; i += 1) {
      const value = (rows[i] as Row)[name]
      encoded[i] = value === null || value === undefined ? null : (type.encode(value) as Encoded)
    }
    values.push(encoded)
  }
  return values
}

export function encodeRow(columns: readonly WriteColumn[], row: Row): Encoded[] {
  const encoded = new Array<Encoded>(columns.length)
  for (let i = 0; i < columns.length; i += 1) {
    const { name, type } = columns[i] as WriteColumn
    const value = row[name]
    encoded[i] = value === null || value === undefined ? null : (type.encode(value) as Encoded)
  }
  return encoded
}

/** Media named by the rows at the given positions, each once. */
export function mediaOf(media: ReadonlyMap<number, readonly StoredMedia[]>, kept?: ReadonlySet<number>): StoredMedia[] {
  const found = new Map<string, StoredMedia>()
  for (const [index, list] of media) {
    if (kept && !kept.has(index)) continue
    for (const stored of list) found.set(stored.sha256, stored)
  }
  return [...found.values()]
}

/** Rough bytes of a batch in memory. */
export function batchBytes(batch: StagedBatch): number {
  let bytes = batch.indexes.length * 8
  for (const column of batch.values) {
    for (const value of column) {
      if (typeof value === 'string') bytes += value.length + 24
      else bytes += typeof value === 'object' && value !== null ? value.byteLength + 64 : 8
    }
  }
  return bytes
}

/** The rows of a batch from `start` on, at most `count` of them. */
export function sliceBatch(batch: StagedBatch, start: number, count: number): StagedBatch {
  const end = start + count
  return {
    indexes: batch.indexes.slice(start, end),
    values: batch.values.map((column) => column.slice(start, end)),
    cells: batch.cells?.slice(start, end),
    media: start === 0 ? batch.media : [],
  }
}

/** Prepared rows as they are written: encoded, with what waits or failed. */
export function stageRows(plan: WritePlan, { rows, indexes, failures, media }: PreparedRows): StagedBatch {
  const states = cellStates(rows.length, failures, plan.pending)
  return { indexes, values: encodeRows(plan.stored, rows), cells: states?.map(cellsText), media: mediaOf(media) }
}
