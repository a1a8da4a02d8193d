import type { Plan } from '../catalog/changes.ts'
import type { AnyTable } from '../schema/table.ts'
import { specOfTable, tableFromSpec } from '../schema/table-value.ts'
import { computeRows } from '../store/compute-rows.ts'
import type { StoreContext } from '../store/context.ts'
import { fillNow } from '../store/fill-now.ts'
import { fillPending } from '../store/fill-pending.ts'
import { pruneWhenDue } from '../store/prune.ts'
import { recomputeCells } from '../store/recompute-cells.ts'
import type { Media } from '../types/media.ts'
import type { Applied, ApplyOptions, Cellar, RowAccess, TransactionOptions } from './cellar.ts'
import { CONTEXT } from './context-of.ts'
import { createInspector } from './create-inspector.ts'
import type { Inspector } from './inspector.ts'
import { previewExpression } from './preview.ts'
import { createRowAccess, withCondition } from './row-access.ts'
import { runTransaction } from './run-transaction.ts'

/** The loosely typed runtime of `Cellar`; `createCellar` holds the one cast between them. */
class CellarHandle {
  readonly [CONTEXT]: StoreContext
  readonly home: string
  readonly inspect: Inspector
  readonly #rows: RowAccess
  #closing: Promise<void> | undefined

  constructor(context: StoreContext, home: string) {
    this[CONTEXT] = context
    this.home = home
    this.inspect = createInspector(context)
    this.#rows = createRowAccess(context)
  }

  get mode(): 'embedded' | 'server' {
    return this[CONTEXT].database.mode
  }

  get from(): RowAccess['from'] {
    return this.#rows.from
  }

  get insert(): RowAccess['insert'] {
    return this.#rows.insert
  }

  get update(): RowAccess['update'] {
    return this.#rows.update
  }

  get batchUpdate(): RowAccess['batchUpdate'] {
    return this.#rows.batchUpdate
  }

  get delete(): RowAccess['delete'] {
    return this.#rows.delete
  }

  plan(declarations: readonly unknown[]): Promise<Plan> {
    return this[CONTEXT].catalog.plan(declarations)
  }

  async apply(declarations: readonly unknown[], options: ApplyOptions = {}): Promise<Applied> {
    const { allowDestructive = false, wait = true, signal, onProgress } = options
    const { pending, ...applied } = await this[CONTEXT].catalog.applyDefinition(declarations, {
      allowDestructive,
      ...(signal ? { signal } : {}),
    })
    if (pending.length > 0) {
      await fillPending(this[CONTEXT], pending, {
        wait,
        ...(signal ? { signal } : {}),
        ...(onProgress ? { onProgress } : {}),
      })
    }
    return applied
  }

  compute(table: AnyTable, rows: readonly Readonly<Record<string, unknown>>[], options?: object) {
    return computeRows(this[CONTEXT], table, rows, options)
  }

  preview(table: AnyTable, expression: (scope: never) => unknown, options?: Parameters<typeof previewExpression>[3]) {
    return previewExpression(this[CONTEXT], table, expression, options)
  }

  fill(table: AnyTable, options?: Parameters<typeof fillNow>[2]) {
    return fillNow(this[CONTEXT], table, options)
  }

  recompute(table: AnyTable, columns: readonly string[], options?: Parameters<typeof withCondition>[1]) {
    return recomputeCells(this[CONTEXT], table, columns, withCondition(table, options))
  }

  transaction<T>(body: (tx: RowAccess) => Promise<T>, options?: TransactionOptions): Promise<T> {
    return runTransaction(this[CONTEXT], body, options)
  }

  async getTable(path: string): Promise<AnyTable> {
    return tableFromSpec((await this[CONTEXT].catalog.get(path)).spec)
  }

  async listTables(): Promise<readonly { readonly path: string; readonly rows: number; readonly columns: number }[]> {
    const tables = await this[CONTEXT].catalog.list()
    const counts = await Promise.all(tables.map(({ spec }) => this.inspect.count(spec.path)))
    return tables.map(({ spec }, index) => ({ path: spec.path, rows: counts[index] ?? 0, columns: spec.order.length }))
  }

  async drop(table: string | AnyTable): Promise<void> {
    await this[CONTEXT].catalog.drop(typeof table === 'string' ? table : specOfTable(table).path)
  }

  readMedia(media: Media): Promise<Uint8Array> {
    return this[CONTEXT].media.bytes(media.url)
  }

  close(): Promise<void> {
    this.#closing ??= closeContext(this[CONTEXT])
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/** Nothing depends on it: a database that is away, or may not be written, is closed all the same. */
async function pruneBriefly(context: StoreContext): Promise<void> {
  const over = new AbortController()
  const pruned = pruneWhenDue(context, { signal: over.signal }).catch(() => undefined)
  let timer: NodeJS.Timeout | undefined
  const time = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, PRUNING)
  })
  await Promise.race([pruned, time])
  clearTimeout(timer)
  over.abort()
}

export function createCellar(context: StoreContext, home: string): Cellar {
  return new CellarHandle(context, home) as unknown as Cellar
}

/** Milliseconds that pruning may take at the end of a script; the rest is left to the next one. */
const PRUNING = 1_000

/** From the top down: who works first, what he works with after him. */
async function closeContext(context: StoreContext): Promise<void> {
  const { jobs, engine, media, catalog, database } = context
  try {
    await jobs.stop()
    await pruneBriefly(context)
    await engine.close()
    await media.close()
    await catalog.close()
  } finally {
    await database.close()
  }
}
