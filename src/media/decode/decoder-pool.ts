import { availableParallelism } from 'node:os'
import { CellarError } from '../../errors/cellar-error.ts'
import type { DecoderJobName, DecoderJobs, DecoderRequest } from './decoder-job.ts'
import { DecoderProcess, type DecoderTask } from './decoder-process.ts'

export interface DecoderPoolOptions {
  /** Processes at most. @default the cores this process may use */
  readonly size?: number
  /** Milliseconds one job may take. @default 60_000 */
  readonly timeLimit?: number
  /** Bytes of resident memory of one process. @default 1 GiB */
  readonly memoryLimit?: number
  /** Milliseconds after which an idle process ends. @default 60_000: starting one takes as long as several pictures */
  readonly idleTime?: number
}

/** A job more than one is working at, so that a process never waits for its next one. */
const DEPTH = 2

/** Child processes that decode untrusted content: started when there is work, ended when there is none. */
export class DecoderPool {
  readonly #size: number
  readonly #options: Required<DecoderPoolOptions>
  #processes: DecoderProcess[] = []
  #waiting: DecoderTask[] = []
  #isClosed = false

  constructor(options: DecoderPoolOptions = {}) {
    this.#size = Math.max(1, options.size ?? availableParallelism())
    this.#options = { size: this.#size, timeLimit: 60_000, memoryLimit: 1024 ** 3, idleTime: 60_000, ...options }
  }

  /** Process ids of the children that are alive. */
  get pids(): readonly number[] {
    return this.#processes.flatMap((process) => process.pid ?? [])
  }

  /** @throws MEDIA_DECODE_FAILED, MEDIA_DECODE_LIMIT, MEDIA_UNSUPPORTED, OPTIONAL_DEPENDENCY_MISSING, INVALID_VALUE, ABORTED */
  async run<N extends DecoderJobName>(
    name: N,
    input: DecoderJobs[N]['input'],
    signal?: AbortSignal,
  ): Promise<DecoderJobs[N]['result']> {
    if (this.#isClosed) throw new CellarError('CLOSED', { subject: 'The decoder pool' })
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    // Inputs and results are paired by DecoderJobs; the queue holds them all.
    const task: DecoderTask = { request: { name, input } as DecoderRequest, resolve, reject }
    const onAbort = () => this.#cancel(task)
    signal?.addEventListener('abort', onAbort, { once: true })
    if (signal?.aborted) reject(aborted())
    else {
      this.#waiting.push(task)
      this.#assign()
    }
    try {
      return (await promise) as DecoderJobs[N]['result']
    } finally {
      signal?.removeEventListener('abort', onAbort)
    }
  }

  /** Ends all processes; what they work at fails with CLOSED. */
  close(): void {
    this.#isClosed = true
    const reason = new CellarError('CLOSED', { subject: 'The decoder pool' })
    for (const task of this.#waiting.splice(0)) task.reject(reason)
    for (const process of this.#processes) process.kill(reason)
  }

  #assign(): void {
    while (this.#waiting.length > 0) {
      const process = this.#free()
      const task = process && this.#waiting.shift()
      if (!task) return
      process.send(task)
    }
  }

  /** An idle process, else a new one, else the one with the shortest queue. */
  #free(): DecoderProcess | undefined {
    const [best] = this.#processes.toSorted((a, b) => a.load - b.load)
    if (best?.load === 0) return best
    if (this.#processes.length < this.#size) return this.#start()
    return best && best.load < DEPTH ? best : undefined
  }

  #start(): DecoderProcess {
    const process = new DecoderProcess({
      ...this.#options,
      threads: Math.max(1, Math.floor(availableParallelism() / this.#size)),
      onChange: (changed, orphans) => this.#onChange(changed, orphans),
    })
    this.#processes.push(process)
    return process
  }

  #onChange(process: DecoderProcess, orphans: readonly DecoderTask[]): void {
    if (process.isDead) this.#processes = this.#processes.filter((other) => other !== process)
    if (this.#isClosed)
      for (const task of orphans) task.reject(new CellarError('CLOSED', { subject: 'The decoder pool' }))
    else this.#waiting.unshift(...orphans)
    this.#assign()
  }

  #cancel(task: DecoderTask): void {
    const isWaiting = this.#waiting.includes(task)
    this.#waiting = this.#waiting.filter((other) => other !== task)
    if (isWaiting) task.reject(aborted())
    else for (const process of this.#processes) process.cancel(task, aborted())
  }
}

function aborted(): CellarError<'ABORTED'> {
  return new CellarError('ABORTED', { subject: 'Decoding' })
}
