import type { CellFailure } from '../compute/cell-failure.ts'
import type { CellPlan } from '../compute/cell-plan.ts'
import { CellarError } from '../errors/cellar-error.ts'
import type { StoredMedia } from '../media/stored-media.ts'
import type { Row } from '../schema/row-codec.ts'
import type { StoreContext } from './context.ts'
import type { WritePlan } from './write-plan.ts'

export interface EvaluateOptions {
  readonly onError?: 'abort' | 'store'
  readonly signal?: AbortSignal
  readonly allowPath?: boolean
}

export interface Ingested {
  /** Rows whose media cannot be used; `index` is the position among the rows given. */
  readonly refused: readonly CellFailure[]
  readonly media: ReadonlyMap<number, readonly StoredMedia[]>
}

const NOTHING: Ingested = Object.freeze({ refused: [], media: new Map() })

/** Replaces what media columns were given by stored media. */
export async function ingestRows(
  context: StoreContext,
  plan: WritePlan,
  rows: readonly Row[],
  options: EvaluateOptions,
): Promise<Ingested> {
  if (plan.media.length === 0) return NOTHING
  if (context.session) refuseDownloads(plan, rows)
  const { signal, allowPath = true } = options
  const result = await context.engine.ingest(plan.spec, rows, { allowPath, ...(signal ? { signal } : {}) })
  return { refused: result.errors, media: result.media }
}

/**
 * Refuses cells that would be left waiting where the database was opened to have its functions, and functions that would
 * hold the transaction for as long as they take.
 *
 * @throws FUNCTION_UNAVAILABLE, FUNCTION_NOT_CHEAP
 */
export function assertComputable(context: StoreContext, plan: CellPlan): void {
  if (context.requireFunctions) assertAvailable(plan)
  if (!context.session) return
  const slow = plan.functions.find((definition) => !definition.cheap)
  if (slow) throw new CellarError('FUNCTION_NOT_CHEAP', { function: slow.name, subject: plan.subject })
}

/** @throws FUNCTION_UNAVAILABLE when this process lacks a function of the plan */
export function assertAvailable({ subject, unavailable }: CellPlan): void {
  const [missing] = unavailable
  if (missing === undefined) return
  const reason = `${missing.column} of ${subject} needs it, and the module that declares it was not imported in this process`
  throw new CellarError('FUNCTION_UNAVAILABLE', { function: missing.function, reason })
}

const REMOTE = /^https?:/i

function refuseDownloads(plan: WritePlan, rows: readonly Row[]): void {
  for (const { name } of plan.media) {
    for (const row of rows) {
      const value = row[name]
      const url = value instanceof URL ? value.href : value
      if (typeof url === 'string' && REMOTE.test(url)) throw new CellarError('MEDIA_IN_TRANSACTION', { column: name })
    }
  }
}
