import { CellarError } from '../errors/cellar-error.ts'
import type { RunQuery } from '../func/function-context.ts'
import type { MediaStore } from '../media/media-store.ts'
import type { Row } from '../schema/row-codec.ts'
import { measures, timed } from '../util/timings.ts'
import { isInline } from './call-kind.ts'
import type { CellPlan } from './cell-plan.ts'
import type { CellResult, Engine } from './engine.ts'
import type { EngineParts } from './engine-parts.ts'
import { createFunctionMedia } from './function-media.ts'
import { ingestRows } from './ingest-rows.ts'
import { Operation, type OperationOptions } from './operation.ts'
import { expressionName, planExpressions } from './plan-cells.ts'
import { runInline } from './run-inline.ts'
import { Scheduler } from './scheduler.ts'
import { type EngineWarning, SlowFunctionWatch } from './slow-function-watch.ts'
import { ThreadPool } from './threads/thread-pool.ts'

export interface EngineOptions {
  readonly media: MediaStore
  /** For functions that stand for queries; without it they cannot be called. */
  readonly runQuery?: RunQuery
  /** Function calls of one operation that may be under way at once. @default 64 */
  readonly concurrency?: number
  /** Bytes of arguments of one operation that may wait or be under way at once. @default 64 MiB */
  readonly maxBytes?: number
  /** Worker threads for functions with `thread: true`. @default the number of cores */
  readonly threads?: number
  /** @default process.emitWarning */
  readonly onWarning?: (warning: EngineWarning) => void
}

const CONCURRENCY = 64
const MAX_BYTES = 64 * 1024 ** 2

export function createEngine(options: EngineOptions): Engine {
  const { media, runQuery, concurrency = CONCURRENCY, maxBytes = MAX_BYTES, threads, onWarning } = options
  const functionMedia = createFunctionMedia(media)
  const parts: EngineParts = {
    media,
    functionMedia,
    runQuery,
    slow: new SlowFunctionWatch(onWarning),
    threads: new ThreadPool(functionMedia, threads),
    concurrency,
    maxBytes,
  }
  const running = new Set<Operation>()
  let closed = false
  const run = async (plan: CellPlan, rows: readonly Row[], operationOptions: OperationOptions): Promise<CellResult> => {
    if (closed) throw closedError()
    const operation = new Operation(plan, rows, parts, operationOptions)
    running.add(operation)
    try {
      await execute(operation)
    } finally {
      running.delete(operation)
    }
    operation.errors.sort((a, b) => a.index - b.index)
    return { errors: operation.errors, media: operation.media }
  }
  return {
    run: (plan, rows, runOptions = {}) =>
      measures() ? timed('compute', () => run(plan, rows, runOptions)) : run(plan, rows, runOptions),
    ingest: (spec, rows, ingestOptions) => ingestRows(media, spec, rows, ingestOptions),
    async calls(nodes, rows, callOptions = {}) {
      const copies = rows.map((row) => ({ ...row }))
      const names = nodes.map((_, index) => expressionName(index))
      await run(planExpressions(nodes, 'the query'), copies, callOptions)
      return copies.map((row) => names.map((name) => row[name]))
    },
    async close() {
      closed = true
      for (const operation of running) operation.stop(closedError())
      await parts.threads.close()
    },
  }
}

async function execute(operation: Operation): Promise<void> {
  const { plan, rows } = operation
  if (rows.length === 0) return
  await operation.guard(async () => {
    const inline = plan.functions.every(isInline)
    const done = inline ? await runInline(operation) : 0
    if (done === rows.length) return
    const scheduler = new Scheduler(operation, done)
    operation.onStop = () => scheduler.wake()
    await scheduler.run()
  })
}

function closedError(): CellarError<'CLOSED'> {
  return new CellarError('CLOSED', { subject: 'The engine' })
}
