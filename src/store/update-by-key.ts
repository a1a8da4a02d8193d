import type { CellFailure } from '../compute/cell-failure.ts'
import type { Session } from '../database/database.ts'
import type { StoredMedia } from '../media/stored-media.ts'
import type { Row } from '../schema/row-codec.ts'
import { type BatchUpdate, type BatchUpdated, type KeyedWriteOptions, missingRow } from './batch-update.ts'
import { placedCellError } from './cell-error.ts'
import { cellStates, cellsText } from './cells.ts'
import { withConflictRetry } from './conflict-retry.ts'
import { isRowRefusal, refusalError } from './conflicts.ts'
import type { StoreContext } from './context.ts'
import type { KeyedChange } from './keyed-change.ts'
import { type KeyedAnswer, type KeyedUpdate, keyedUpdate, readAnswer, VALUES_AT } from './keyed-update.ts'
import { quickUpdate } from './quick-update.ts'
import { runCells } from './run-cells.ts'
import { type LoneUpdate, updateShared } from './shared-update.ts'
import { encodeRows, mediaOf } from './staged-batch.ts'
import { readByKeys } from './stored-keys.ts'
import type { WritePlan } from './write-plan.ts'
import { isLoneUpdate, runWrite } from './write-transaction.ts'

/** A batch update of rows that set the same columns, without reading them: one statement. */
export async function updateByKey(
  context: StoreContext,
  { plan, changes: unordered, single }: BatchUpdate,
  options: KeyedWriteOptions,
): Promise<BatchUpdated> {
  const changes = inLockOrder(plan, unordered)
  const { change } = changes[0] as KeyedChange
  const rows: Row[] = changes.map(({ key, values }) => ({ ...key, ...values }))
  const placeOf = (at: number) => (single ? undefined : changes[at]?.index)
  const { onError, signal, returnRows = false } = options
  const run = await runCells(context, plan, change.cells, rows, {
    ...(onError ? { onError } : {}),
    ...(signal ? { signal } : {}),
  }).catch((error: unknown) => {
    throw placedCellError(error, placeOf)
  })
  const states = cellStates(rows.length, run.errors, change.pending)
  const update: KeyedUpdate = {
    change,
    values: encodeRows([...plan.key, ...change.assigned], rows),
    open: states?.map(cellsText) ?? rows.map(() => null),
  }
  const media = [...changes.flatMap((item) => item.media), ...mediaOf(run.media)]
  const collected = (answers: readonly KeyedAnswer[]) =>
    collect(plan, changes, answers, { returnRows, failures: run.errors })
  const isComplete = (answers: readonly KeyedAnswer[]) =>
    options.ifMissing === 'ignore' || answers.length === changes.length
  const alongside =
    options.alongside &&
    (async (session: Session, answers: readonly KeyedAnswer[]) => {
      if (isComplete(answers)) await options.alongside?.(session, collected(answers))
    })
  const evaluated = { update, lone: loneUpdate(plan, changes, update, options), media, alongside }
  const answers = await withConflictRetry(context, () => write(context, plan, evaluated, options)).catch(
    (error: unknown) => {
      throw refused(plan, update, error, placeOf(0))
    },
  )
  if (!isComplete(answers)) throw missingRow(plan, await firstMissing(context, plan, changes))
  return collected(answers)
}

interface Evaluated {
  readonly update: KeyedUpdate
  readonly lone: LoneUpdate | undefined
  readonly media: readonly StoredMedia[]
  readonly alongside: ((session: Session, answers: readonly KeyedAnswer[]) => Promise<void>) | undefined
}

/** A single row whose affected cells are all fine, and which nobody has to mark. */
function loneUpdate(
  plan: WritePlan,
  [one, ...others]: readonly KeyedChange[],
  { values, open }: KeyedUpdate,
  { actor, label }: KeyedWriteOptions,
): LoneUpdate | undefined {
  if (one === undefined || others.length > 0 || open[0] !== null || plan.table.marking.size > 0) return undefined
  const row = values.map(([value]) => value ?? null)
  return { keyText: one.keyText, values: row, actor: actor ?? null, label: label ?? null }
}

function write(
  context: StoreContext,
  plan: WritePlan,
  { update, lone, media, alongside }: Evaluated,
  { actor, label, returnRows = false, ifMissing }: KeyedWriteOptions,
): Promise<KeyedAnswer[]> {
  const { change } = update
  const quick = { plan, change, returnRows }
  const send = async (session: Session | undefined): Promise<KeyedAnswer[]> => {
    const line = lone && (await (session ? quickUpdate(session, quick, lone) : updateShared(context, quick, lone)))
    if (line) return [{ ...readAnswer(line), position: 0 }]
    const keyed = { actor, label, all: ifMissing !== 'ignore', returnRows }
    return keyedUpdate(session ?? context.database, plan, update, keyed)
  }
  if (isLoneUpdate(plan, media, change.pending) && !alongside) return send(context.session)
  return runWrite(context, plan, async (transaction) => {
    await transaction.nameMedia(media)
    const sent = await send(transaction.session)
    if (change.pending.length > 0) await transaction.enqueue(sent.map(({ rowid }) => rowid))
    await alongside?.(transaction.session, sent)
    return sent
  })
}

/** The same order for everybody, so that two batches do not wait for each other. */
function inLockOrder(plan: WritePlan, changes: readonly KeyedChange[]): readonly KeyedChange[] {
  if (changes.length === 1) return changes
  return [...changes].sort((a, b) => {
    for (const { name, type } of plan.key) {
      const order = type.compare(a.key[name], b.key[name])
      if (order !== 0) return order
    }
    return 0
  })
}

function refused(plan: WritePlan, update: KeyedUpdate, error: unknown, index: number | undefined): unknown {
  if (!isRowRefusal(error)) return error
  if (update.open.length > 1) return refusalError(plan, error, undefined)
  const columns = [...plan.key, ...update.change.assigned]
  return refusalError(plan, error, { index, value: (column) => update.values[columns.indexOf(column)]?.[0] ?? null })
}

interface CollectOptions {
  readonly returnRows: boolean
  readonly failures: readonly CellFailure[]
}

function collect(
  plan: WritePlan,
  changes: readonly KeyedChange[],
  answers: readonly KeyedAnswer[],
  { returnRows, failures }: CollectOptions,
): BatchUpdated {
  const rows = new Map<number, Row>()
  const written = new Set(answers.map(({ position }) => position))
  for (const { position, line } of answers) {
    if (returnRows) rows.set(changes[position]?.index ?? position, plan.decoder.decode(line, VALUES_AT))
  }
  const errors = failures
    .filter(({ index }) => written.has(index))
    .map(({ index, column, code, message, retryable }) => ({
      index: changes[index]?.index ?? index,
      column,
      code,
      message,
      retryable,
    }))
  return { count: answers.length, version: answers[0]?.version ?? 0, rows, errors }
}

/** Without an answer for any row, nothing tells which of them is missing: they are looked up. */
async function firstMissing(
  context: StoreContext,
  plan: WritePlan,
  changes: readonly KeyedChange[],
): Promise<KeyedChange> {
  const [first] = changes
  if (changes.length === 1) return first as KeyedChange
  const found = await readByKeys(context, plan, changes, [])
  const missing = changes.filter((_, position) => !found.has(position))
  return (missing.sort((a, b) => a.index - b.index)[0] ?? first) as KeyedChange
}
