import { Worker } from 'node:worker_threads'
import { CellarError } from '../../errors/cellar-error.ts'
import { workerEntry } from '../../util/worker-entry.ts'
import { isSpaceLow } from './space-guard.ts'
import { CELL, CELL_BYTES, type FromWorker, type ToWorker, type WorkerStart } from './worker-messages.ts'

export interface BackendOptions {
  readonly dataDir: string
  readonly relaxed: boolean
}

/** Megabytes: enough for Postgres to meet its own limit (`max_stack_depth`, a plain error) before the thread meets V8's, which ends it. */
const STACK_SIZE = 256

interface Pending {
  resolve(bytes: Uint8Array): void
  reject(error: unknown): void
}

interface Running {
  readonly worker: Worker
  readonly serverVersion: string
}

/**
 * PGlite in its worker thread: one batch of protocol messages in, one answer out, one at a time (the caller's duty). A thread that stopped
 * is started again by the next `start`; Postgres then recovers from its log, as after a crash.
 */
export class Backend {
  readonly #options: BackendOptions
  readonly #cells = new Int32Array(new SharedArrayBuffer(CELL_BYTES))
  #running: Promise<Running> | undefined
  #worker: Worker | undefined
  #pending: Pending | undefined

  constructor(options: BackendOptions) {
    this.#options = options
  }

  get syncs(): number {
    return Atomics.load(this.#cells, CELL.syncs)
  }

  /** @throws DATABASE_UNAVAILABLE */
  async start(): Promise<{ readonly serverVersion: string }> {
    this.#running ??= this.#spawn()
    return this.#running
  }

  #spawn(): Promise<Running> {
    const workerData: WorkerStart = { ...this.#options, cells: this.#cells.buffer }
    // Flags of this process, such as --input-type, may be wrong for a thread.
    const worker = new Worker(workerEntry('pglite-worker', import.meta.url), {
      workerData,
      execArgv: [],
      resourceLimits: { stackSizeMb: STACK_SIZE },
    })
    this.#worker = worker
    return new Promise<Running>((resolve, reject) => {
      const stopped = (reason: string) => {
        const error = this.#failure(reason)
        reject(error)
        this.#stopped(worker, error)
      }
      worker.on('message', (message: FromWorker) => {
        if ('bytes' in message) this.#answer(message)
        else if ('failed' in message) stopped(`the embedded database failed: ${message.failed}`)
        else if ('ready' in message) {
          worker.unref()
          resolve({ worker, serverVersion: message.serverVersion })
        }
      })
      worker.on('error', (error) => stopped(`the embedded database failed: ${error.message}`))
      worker.on('exit', () => stopped('the embedded database stopped'))
    })
  }

  #failure(reason: string): CellarError {
    if (isSpaceLow(this.#options.dataDir)) return new CellarError('STORAGE_FULL', { subject: 'the embedded database' })
    return new CellarError('DATABASE_UNAVAILABLE', { reason }, { retryAfter: 1 })
  }

  #answer({ bytes, length }: { readonly bytes: ArrayBuffer; readonly length: number }): void {
    const pending = this.#pending
    this.#pending = undefined
    this.#worker?.unref()
    pending?.resolve(new Uint8Array(bytes, 0, length))
  }

  #stopped(worker: Worker, error: CellarError): void {
    if (this.#worker !== worker) return
    this.#worker = undefined
    this.#running = undefined
    const pending = this.#pending
    this.#pending = undefined
    pending?.reject(error)
  }

  /** Gives the bytes away. Waiting for an answer keeps the process alive. */
  run(batch: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      const worker = this.#worker
      if (worker === undefined) {
        reject(new CellarError('DATABASE_UNAVAILABLE', { reason: 'the embedded database stopped' }, { retryAfter: 1 }))
        return
      }
      this.#pending = { resolve, reject }
      worker.ref()
      this.#send(worker, batch, [batch.buffer])
    })
  }

  #send(worker: Worker, message: ToWorker, transfer: ArrayBuffer[] = []): void {
    worker.postMessage(message, transfer)
    Atomics.add(this.#cells, CELL.wake, 1)
    Atomics.notify(this.#cells, CELL.wake)
  }

  /** Shuts Postgres down in order. */
  async close(): Promise<void> {
    const running = await this.#running?.catch(() => undefined)
    if (running === undefined) return
    const { worker } = running
    worker.ref()
    await new Promise<void>((resolve) => {
      worker.once('exit', () => resolve())
      worker.on('message', (message: FromWorker) => {
        if ('closed' in message) resolve()
      })
      this.#send(worker, 'close')
    })
    await worker.terminate()
  }
}
