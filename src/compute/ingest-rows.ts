import { CellarError, isCellarError } from '../errors/cellar-error.ts'
import type { MediaSource } from '../media/media-source.ts'
import type { MediaStore } from '../media/media-store.ts'
import type { StoredMedia } from '../media/stored-media.ts'
import type { Row } from '../schema/row-codec.ts'
import type { TableSpec } from '../schema/table-spec.ts'
import type { ColumnType } from '../types/column-type.ts'
import type { CellFailure } from './cell-failure.ts'
import type { CellResult, IngestOptions } from './engine.ts'
import { mediaOf, referenceOf } from './media-value.ts'

/** Media that are read and stored at once. */
const CONCURRENCY = 8

/** What one cell was given. */
interface Input {
  readonly index: number
  readonly row: Row
  readonly column: string
  readonly type: ColumnType
}

interface Work {
  readonly store: MediaStore
  readonly options: IngestOptions
  readonly errors: CellFailure[]
  readonly media: Map<number, StoredMedia[]>
}

/** Stores what plain media columns were given and puts the media values into the rows. */
export async function ingestRows(
  store: MediaStore,
  spec: TableSpec,
  rows: readonly Row[],
  options: IngestOptions,
): Promise<CellResult> {
  const work: Work = { store, options, errors: [], media: new Map() }
  const inputs = inputsOf(spec, rows)
  // The workers share one iterator.
  await Promise.all(Array.from({ length: CONCURRENCY }, () => ingestAll(work, inputs)))
  work.errors.sort((a, b) => a.index - b.index)
  return { errors: work.errors, media: work.media }
}

function* inputsOf(spec: TableSpec, rows: readonly Row[]): Generator<Input, void, undefined> {
  const columns = Object.entries(spec.columns).filter(([, { type }]) => type.media)
  if (columns.length === 0) return
  for (const [index, row] of rows.entries())
    for (const [column, { type }] of columns) {
      const value = row[column]
      if (value !== null && value !== undefined) yield { index, row, column, type }
    }
}

async function ingestAll(work: Work, inputs: Generator<Input, void, undefined>): Promise<void> {
  try {
    for (const input of inputs) await ingestOne(work, input)
  } catch (error) {
    // Ends the other workers, too.
    inputs.return()
    throw error
  }
}

async function ingestOne({ store, options, errors, media }: Work, input: Input): Promise<void> {
  const { index, row, column, type } = input
  const { allowPath, signal } = options
  const kind = type.mediaKind
  // What comes over HTTP is always stored.
  const reference = allowPath ? referenceOf(type, row[column]) : undefined
  if (reference) row[column] = reference
  if (kind === null || reference) return
  if (signal?.aborted) throw new CellarError('ABORTED', { subject: 'Reading media' }, { cause: signal.reason })
  try {
    const stored = await store.ingest(row[column] as MediaSource, { kind, allowPath, ...(signal ? { signal } : {}) })
    row[column] = mediaOf(kind, stored)
    const list = media.get(index)
    if (list) list.push(stored)
    else media.set(index, [stored])
  } catch (error) {
    if (!isInputError(error)) throw error
    row[column] = null
    errors.push({ index, column, code: error.code, message: error.message, retryable: error.retryable, cause: error })
  }
}

/** The value is to blame, rather than the store or the operation. */
function isInputError(error: unknown): error is CellarError {
  return isCellarError(error) && error.status !== 499 && error.status < 500
}
