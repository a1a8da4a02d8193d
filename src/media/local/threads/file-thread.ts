import { Worker } from 'node:worker_threads'
import { CellarError } from '../../../errors/cellar-error.ts'
import { workerEntry } from '../../../util/worker-entry.ts'
import { workerOptions } from '../../../util/worker-options.ts'
import type { StoredMedia } from '../../stored-media.ts'
import type { FileInput } from '../ingest-file.ts'
import type { UploadLimits } from '../upload.ts'
import { fromFileErrorData } from './file-error.ts'
import type { FileThreadData, FromFileThread, ToFileThread } from './file-messages.ts'

type Outcome = PromiseWithResolvers<StoredMedia>

/**
 * A thread that stores files. States: starting → ready → ended; by itself it ends only when something is broken, and what
 * it was storing then fails.
 */
export class FileThread {
  readonly #worker: Worker
  readonly #outcomes = new Map<number, Outcome>()
  #state: 'starting' | 'ready' | 'ended' = 'starting'
  #lastId = 0

  constructor(data: FileThreadData) {
    const options = { ...workerOptions(), name: 'cellar files', workerData: data }
    this.#worker = new Worker(workerEntry('file-worker', import.meta.url), options)
    this.#worker.on('message', (message: FromFileThread) => this.#receive(message))
    this.#worker.on('error', (error) => this.#end(error))
    this.#worker.on('exit', () => this.#end(new Error('The thread that stores files has ended.')))
    // An idle thread keeps no process alive.
    this.#worker.unref()
  }

  get state(): 'starting' | 'ready' | 'ended' {
    return this.#state
  }

  /** Rejects only when nothing is left of the file, also after an abort. */
  async store(input: FileInput, { signal, ...limits }: UploadLimits): Promise<StoredMedia> {
    if (signal?.aborted) throw new CellarError('ABORTED', { subject: 'Reading the content' })
    this.#lastId += 1
    const id = this.#lastId
    const outcome: Outcome = Promise.withResolvers()
    const onAbort = () => this.#send({ type: 'abort', id })
    signal?.addEventListener('abort', onAbort, { once: true })
    this.#outcomes.set(id, outcome)
    this.#worker.ref()
    try {
      this.#send({ type: 'store', id, input, limits })
      return await outcome.promise
    } finally {
      signal?.removeEventListener('abort', onAbort)
      this.#outcomes.delete(id)
      if (this.#outcomes.size === 0) this.#worker.unref()
    }
  }

  async close(): Promise<void> {
    await this.#worker.terminate()
  }

  #send(message: ToFileThread): void {
    this.#worker.postMessage(message)
  }

  #receive(message: FromFileThread): void {
    switch (message.type) {
      case 'ready':
        this.#state = 'ready'
        break
      case 'stored':
        this.#outcomes.get(message.id)?.resolve(message.stored)
        break
      case 'failed':
        this.#outcomes.get(message.id)?.reject(fromFileErrorData(message.error))
        break
    }
  }

  #end(error: unknown): void {
    this.#state = 'ended'
    for (const outcome of this.#outcomes.values()) outcome.reject(error)
  }
}
