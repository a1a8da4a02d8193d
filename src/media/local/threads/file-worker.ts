// The entry of the thread that stores files.
import { parentPort, workerData } from 'node:worker_threads'
import { BLOCKING_CALLS } from '../file-calls.ts'
import { ingestFile } from '../ingest-file.ts'
import { StoredFiles } from '../stored-files.ts'
import { toFileErrorData } from './file-error.ts'
import type { FileThreadData, FromFileThread, ToFileThread } from './file-messages.ts'

const { root, ...options } = workerData as FileThreadData
const files = new StoredFiles(root, { ...options, calls: BLOCKING_CALLS })
const running = new Map<number, AbortController>()

parentPort?.on('message', (message: ToFileThread) => {
  if (message.type === 'abort') running.get(message.id)?.abort()
  else void store(message)
})
send({ type: 'ready' })

async function store({ id, input, limits }: ToFileThread & { type: 'store' }): Promise<void> {
  const abort = new AbortController()
  running.set(id, abort)
  try {
    send({ type: 'stored', id, stored: await ingestFile(files, input, { ...limits, signal: abort.signal }) })
  } catch (error) {
    send({ type: 'failed', id, error: toFileErrorData(error) })
  } finally {
    running.delete(id)
  }
}

function send(message: FromFileThread): void {
  parentPort?.postMessage(message)
}
