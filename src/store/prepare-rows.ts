import type { CellFailure } from '../compute/cell-failure.ts'
import type { CellPlan } from '../compute/cell-plan.ts'
import type { StoredMedia } from '../media/stored-media.ts'
import type { Row } from '../schema/row-codec.ts'
import { placedCellError, refusedMedia } from './cell-error.ts'
import type { StoreContext } from './context.ts'
import { type EvaluateOptions, ingestRows } from './evaluate.ts'
import { parseInsert, type RowIssue, rowError } from './parse-row.ts'
import { runCells } from './run-cells.ts'
import { UnusableRow } from './unusable-row.ts'
import type { WritePlan } from './write-plan.ts'
import type { WriteError } from './write-result.ts'

export interface PrepareOptions extends EvaluateOptions {
  readonly onInvalid?: 'abort' | 'skip'
  readonly validated?: boolean
  readonly partial?: boolean
  /** Position of the first input; undefined when a lone object was given. */
  readonly start: number | undefined
  readonly cells: CellPlan
}

/** Rows that could be used, with their cells computed, and what was wrong with the rest. */
export interface PreparedRows {
  readonly rows: readonly Row[]
  /** Position in the input of each row. */
  readonly indexes: readonly number[]
  readonly invalid: readonly WriteError[]
  /** By position among `rows`. */
  readonly failures: readonly CellFailure[]
  readonly media: ReadonlyMap<number, readonly StoredMedia[]>
}

/** Rows that can be used, with their media stored and no cell computed. */
export interface ReceivedRows {
  readonly rows: readonly Row[]
  readonly indexes: readonly number[]
  readonly invalid: readonly WriteError[]
  readonly media: ReadonlyMap<number, readonly StoredMedia[]>
}

/** The first half of an insert: parses, stores media, computes cells. Holds no connection. */
export async function prepareRows(
  context: StoreContext,
  plan: WritePlan,
  inputs: readonly unknown[],
  options: PrepareOptions,
): Promise<PreparedRows> {
  return computeReceived(context, plan, await receiveRows(context, plan, inputs, options), options)
}

/** Parses and stores media. */
export async function receiveRows(
  context: StoreContext,
  plan: WritePlan,
  inputs: readonly unknown[],
  options: PrepareOptions,
): Promise<ReceivedRows> {
  const { start } = options
  const invalid: WriteError[] = []
  const rows: Row[] = []
  const indexes: number[] = []
  const parse = { validated: options.validated ?? false, partial: options.partial ?? false }
  let issues: RowIssue[] = []
  for (let i = 0; i < inputs.length; i += 1) {
    const input = inputs[i]
    if (input instanceof UnusableRow) {
      if (options.onInvalid !== 'skip') throw input.error
      invalid.push({ index: (start ?? 0) + i, ...input.fault })
      continue
    }
    const row = parseInsert(plan, input, parse, issues)
    if (row) {
      rows.push(row)
      indexes.push((start ?? 0) + i)
    } else {
      refuse(plan, issues, start === undefined ? undefined : start + i, options, invalid)
      issues = []
    }
  }
  const ingested = await ingestRows(context, plan, rows, options)
  const usable = refuseMedia(plan, { rows, indexes }, ingested.refused, options, invalid)
  return { rows: usable.rows, indexes: usable.indexes, invalid, media: usable.renumber(ingested.media) }
}

/** Computes the cells of received rows. */
export async function computeReceived(
  context: StoreContext,
  plan: WritePlan,
  { rows, indexes, invalid, media }: ReceivedRows,
  { cells, onError, signal, start }: Pick<PrepareOptions, 'cells' | 'onError' | 'signal' | 'start'>,
): Promise<PreparedRows> {
  const run = await runCells(context, plan, cells, rows, {
    ...(onError ? { onError } : {}),
    ...(signal ? { signal } : {}),
  }).catch((error: unknown) => {
    throw placedCellError(error, (index) => (start === undefined ? undefined : indexes[index]))
  })
  return {
    rows,
    indexes,
    invalid,
    failures: run.errors,
    media: media.size === 0 ? run.media : joinMedia(media, run.media),
  }
}

function refuse(
  plan: WritePlan,
  issues: readonly RowIssue[],
  position: number | undefined,
  options: PrepareOptions,
  invalid: WriteError[],
): void {
  if (options.onInvalid !== 'skip') throw rowError(plan, issues, position)
  const error = rowError(plan, issues, position)
  const column = issues[0]?.path[0]
  invalid.push({
    index: position ?? 0,
    ...(column === undefined ? {} : { column: String(column) }),
    code: error.code,
    message: error.message,
    retryable: error.retryable,
  })
}

interface Usable {
  readonly rows: readonly Row[]
  readonly indexes: readonly number[]
  renumber(media: ReadonlyMap<number, readonly StoredMedia[]>): ReadonlyMap<number, readonly StoredMedia[]>
}

/** Leaves out rows whose media cannot be used. */
function refuseMedia(
  plan: WritePlan,
  { rows, indexes }: { readonly rows: readonly Row[]; readonly indexes: readonly number[] },
  refused: readonly CellFailure[],
  options: PrepareOptions,
  invalid: WriteError[],
): Usable {
  const [first] = refused
  if (first === undefined) return { rows, indexes, renumber: (media) => media }
  if (options.onInvalid !== 'skip') {
    throw refusedMedia(plan, first, options.start === undefined ? undefined : indexes[first.index])
  }
  const bad = new Set(refused.map((failure) => failure.index))
  for (const { index, column, code, message, retryable } of refused) {
    invalid.push({ index: indexes[index] as number, column, code, message, retryable })
  }
  const kept = rows.map((_, position) => position).filter((position) => !bad.has(position))
  return {
    rows: kept.map((position) => rows[position] as Row),
    indexes: kept.map((position) => indexes[position] as number),
    renumber(media) {
      const places = new Map(kept.map((position, place) => [position, place]))
      return new Map(
        [...media].flatMap(([position, list]) => {
          const place = places.get(position)
          return place === undefined ? [] : [[place, list]]
        }),
      )
    },
  }
}

function joinMedia(
  first: ReadonlyMap<number, readonly StoredMedia[]>,
  second: ReadonlyMap<number, readonly StoredMedia[]>,
): ReadonlyMap<number, readonly StoredMedia[]> {
  const all = new Map(first)
  for (const [index, list] of second) all.set(index, [...(all.get(index) ?? []), ...list])
  return all
}

/** The cells of prepared rows that failed, by position in the input. */
export function cellErrors({ failures, indexes }: PreparedRows): WriteError[] {
  return failures.map(({ index, column, code, message, retryable }) => ({
    index: indexes[index] as number,
    column,
    code,
    message,
    retryable,
  }))
}
