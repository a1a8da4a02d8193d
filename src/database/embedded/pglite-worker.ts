import fs from 'node:fs'
import path from 'node:path'
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { PGlite } from '@electric-sql/pglite'
import { vector } from '@electric-sql/pglite-pgvector'
import { SESSION_SETTINGS } from '../session-settings.ts'
import { queryMessage, syncMessage } from './frames.ts'
import { OutputBuffer } from './output-buffer.ts'
import { SpaceGuard } from './space-guard.ts'
import { SyncNodeFS, syncPath } from './sync-node-fs.ts'
import { CELL, type FromWorker, type ToWorker, type WorkerStart } from './worker-messages.ts'

/** Entry of the worker thread in which PGlite runs: opens the data directory, then answers batches of protocol messages. */

const { dataDir, relaxed, cells: shared } = workerData as WorkerStart
const cells = new Int32Array(shared)
const output = new OutputBuffer()
/** Postgres' last words. */
const complaints: string[] = []

/** The status with which Postgres' error handling leaves the main loop. */
const LONGJMP = 100

function post(message: FromWorker, transfer: ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transfer)
}

function fail(error: unknown): never {
  const reason = complaints.at(-1) ?? (error instanceof Error ? error.message : String(error))
  post({ failed: reason.replace(/^.*?(?=FATAL|PANIC)/, '').trim() })
  process.exit(1)
}

function startParams(): string[] {
  const params = PGlite.defaultStartParams.filter((param) => relaxed || param !== '-F')
  const settings = { ...SESSION_SETTINGS, wal_sync_method: 'fsync' }
  return [...params, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])]
}

/** A first open that was interrupted leaves the marker, and with it a directory in which nobody has worked yet. */
async function openDataDir(): Promise<PGlite> {
  const marker = `${dataDir}.incomplete`
  if (fs.existsSync(marker)) fs.rmSync(dataDir, { recursive: true, force: true })
  const fresh = !fs.existsSync(path.join(dataDir, 'PG_VERSION'))
  if (fresh) {
    fs.writeFileSync(marker, '')
    // For nobody else, as Postgres wants it: the files in it are made with all rights.
    fs.mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  }
  const countSync = () => {
    Atomics.add(cells, CELL.syncs, 1)
  }
  const pglite = await PGlite.create({
    fs: new SyncNodeFS(dataDir, countSync),
    extensions: { vector },
    startParams: startParams(),
    onStderr: (line) => {
      if (/FATAL|PANIC/.test(line)) complaints.push(line)
      return false
    },
    // Small segments of 1 MB, so that little space is enough to go on after a crash.
    initDbStartParams: ['--wal-segsize=1'],
  })
  if (fresh) {
    if (!relaxed) syncTree(dataDir)
    fs.rmSync(marker)
    if (!relaxed) syncPath(path.dirname(dataDir))
  }
  return pglite
}

function syncTree(directory: string): void {
  for (const entry of fs.readdirSync(directory, { withFileTypes: true })) {
    const child = path.join(directory, entry.name)
    if (entry.isDirectory()) syncTree(child)
    else if (entry.isFile()) syncPath(child)
  }
  syncPath(directory)
}

/** After a panic PGlite would run its loop for ever on an exception it does not know; the thread ends instead, and a new one recovers. */
function endThreadOnPanic(pglite: PGlite): void {
  const module = pglite.Module
  const loopOnce = module._PostgresMainLoopOnce
  module._PostgresMainLoopOnce = () => {
    try {
      loopOnce()
    } catch (error) {
      if ((error as { status?: number }).status !== LONGJMP) {
        fail(error)
      }
      throw error
    }
  }
}

function answer(pglite: PGlite, guard: SpaceGuard, batch: Uint8Array): void {
  const readOnly = pglite.isInTransaction() ? undefined : guard.look()
  if (readOnly !== undefined) {
    pglite.execProtocolRawSync(queryMessage(`set default_transaction_read_only = ${readOnly}`))
    output.take()
  }
  pglite.execProtocolRawSync(batch)
  const { bytes, length } = output.take()
  if (guard.low) guard.explain(new Uint8Array(bytes, 0, length))
  post({ bytes, length }, [bytes])
}

async function start(): Promise<void> {
  const pglite = await openDataDir()
  endThreadOnPanic(pglite)
  const version = await pglite.query<{ server_version: string }>('show server_version')
  // From here on answers go to the buffer without PGlite parsing (and keeping) them.
  await pglite.execProtocolRawStream(syncMessage(), {
    syncToFs: false,
    onRawData: (bytes) => output.append(bytes),
  })
  output.take()
  post({ ready: true, serverVersion: version.rows[0]?.server_version ?? '' })
  const guard = new SpaceGuard(dataDir)
  for (let message = nextMessage(); message !== 'close'; message = nextMessage()) answer(pglite, guard, message)
  await pglite.close()
  post({ closed: true })
}

/** Blocks the thread, which has nothing else to do. */
function nextMessage(): ToWorker {
  for (;;) {
    const seen = Atomics.load(cells, CELL.wake)
    const received: { message: ToWorker } | undefined = parentPort
      ? receiveMessageOnPort(parentPort)
      : { message: 'close' }
    if (received !== undefined) return received.message
    Atomics.wait(cells, CELL.wake, seen)
  }
}

start().catch(fail)
