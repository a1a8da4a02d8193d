import type { Session } from '../database/database.ts'
import type { StoredMedia } from '../media/stored-media.ts'
import type { Row } from '../schema/row-codec.ts'
import { mapAhead } from '../util/map-ahead.ts'
import { throwIfAborted } from './aborted.ts'
import type { StoreContext } from './context.ts'
import { cellErrors, computeReceived, type PreparedRows, prepareRows, receiveRows } from './prepare-rows.ts'
import { readStaged } from './read-staged.ts'
import { MEDIA_BATCH, type RowSource } from './row-source.ts'
import { mediaOf, stageRows } from './staged-batch.ts'
import { Staging } from './staging.ts'
import type { InsertOptions } from './write-options.ts'
import type { WritePlan } from './write-plan.ts'
import type { WriteError, WriteResult } from './write-result.ts'
import { type WrittenRows, writeStaged } from './write-staged.ts'

/** Batches with media that are being stored, and as many whose cells are being computed, at the same time. */
const MEDIA_AHEAD = 2

interface Kept {
  readonly index: number
  readonly row: Row
}

/** What was evaluated of an insert, under which plan. */
interface Evaluated {
  readonly plan: WritePlan
  readonly staging: Staging
  /** The complete rows, where somebody wants them. */
  readonly kept: Kept[]
  readonly cellErrors: WriteError[]
}

/** An insert that evaluates everything, then writes everything. */
export class EvaluatedInsert implements AsyncDisposable {
  readonly #context: StoreContext
  readonly #options: InsertOptions
  readonly #invalid: WriteError[] = []
  readonly #stagings: Staging[] = []
  #evaluated: Evaluated | undefined

  constructor(context: StoreContext, options: InsertOptions) {
    this.#context = context
    this.#options = options
  }

  /** Reads the source to its end. */
  async read(plan: WritePlan, source: RowSource): Promise<void> {
    const { signal, onProgress } = this.#options
    const evaluated = this.#begin(plan)
    const cells = plan.eager
    let begun = 0
    let done = 0
    const receive = async (inputs: readonly unknown[]) => {
      throwIfAborted(signal, plan)
      const options = { ...this.#options, cells, start: begun }
      begun += inputs.length
      return { inputs, options, received: await receiveRows(this.#context, plan, inputs, options) }
    }
    const compute = async ({ inputs, options, received }: Awaited<ReturnType<typeof receive>>) => {
      throwIfAborted(signal, plan)
      return { inputs, prepared: await computeReceived(this.#context, plan, received, options) }
    }
    const hasMedia = plan.media.length > 0
    const ahead = hasMedia ? MEDIA_AHEAD : 1
    const batches = mapAhead(source.batches(hasMedia ? MEDIA_BATCH : undefined), ahead, receive)
    for await (const { inputs, prepared } of mapAhead(batches, ahead, compute)) {
      await this.#keep(evaluated, prepared)
      done += inputs.length
      onProgress?.({ done, ...(source.total === undefined ? {} : { total: source.total }) })
    }
    await this.#finish(evaluated)
  }

  /** Evaluates what was read again where another plan is the current one. */
  async adapt(plan: WritePlan): Promise<void> {
    const before = this.#evaluated
    if (before === undefined || before.plan === plan) return
    const evaluated = this.#begin(plan)
    for await (const batch of before.staging.read()) {
      throwIfAborted(this.#options.signal, plan)
      const inputs = await readStaged(this.#context, before.plan, batch, plan)
      const start = batch.indexes[0] as number
      const options = { ...this.#options, validated: true, cells: plan.eager, start }
      const prepared = await prepareRows(this.#context, plan, inputs, options)
      // Rows that were left out before have left gaps.
      const placed = { ...prepared, indexes: prepared.indexes.map((at) => batch.indexes[at - start] as number) }
      await this.#keep(evaluated, placed, batch.media)
    }
    await this.#finish(evaluated)
  }

  async write(): Promise<WriteResult> {
    const { plan, staging } = this.#evaluated as Evaluated
    const { alongside } = this.#options
    const finish =
      alongside && ((session: Session, written: WrittenRows) => alongside(session, this.#resultOf(written)))
    return this.#resultOf(await writeStaged(this.#context, plan, { staging, finish }, this.#options))
  }

  #resultOf({ count, version, refused }: WrittenRows): WriteResult {
    const { kept, cellErrors: failed } = this.#evaluated as Evaluated
    const skipped = new Set(refused.map((error) => error.index))
    const errors = [...this.#invalid, ...failed].filter((error) => !skipped.has(error.index))
    return {
      count,
      version,
      rows: this.#options.returnRows ? kept.filter(({ index }) => !skipped.has(index)).map(({ row }) => row) : [],
      errors: [...errors, ...refused].sort((a, b) => a.index - b.index),
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const staging of this.#stagings) await staging[Symbol.asyncDispose]()
  }

  #begin(plan: WritePlan): Evaluated {
    const staging = new Staging(() => this.#context.media.scratch())
    this.#stagings.push(staging)
    return { plan, staging, kept: [], cellErrors: [] }
  }

  async #keep(evaluated: Evaluated, prepared: PreparedRows, media: readonly StoredMedia[] = []): Promise<void> {
    const { returnRows, beforeWrite } = this.#options
    this.#invalid.push(...prepared.invalid)
    evaluated.cellErrors.push(...cellErrors(prepared))
    if (returnRows === true || beforeWrite !== undefined) {
      for (const [i, row] of prepared.rows.entries()) {
        evaluated.kept.push({ index: prepared.indexes[i] as number, row })
      }
    }
    const batch = stageRows(evaluated.plan, prepared)
    const named = mediaOf(new Map([[0, [...media, ...batch.media]]]))
    await evaluated.staging.add(media.length === 0 ? batch : { ...batch, media: named })
  }

  async #finish(evaluated: Evaluated): Promise<void> {
    await this.#options.beforeWrite?.(evaluated.kept.map(({ row }) => row))
    throwIfAborted(this.#options.signal, evaluated.plan)
    this.#evaluated = evaluated
  }
}
