import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { CellarError } from '../../errors/cellar-error.ts'
import type { DetailsOf } from '../../errors/codes.ts'
import { workerEntry } from '../../util/worker-entry.ts'
import type { DecoderAnswer, DecoderRequest } from './decoder-job.ts'

export interface DecoderTask {
  readonly request: DecoderRequest
  readonly resolve: (result: unknown) => void
  readonly reject: (error: unknown) => void
}

export interface DecoderProcessOptions {
  /** Milliseconds one job may take. */
  readonly timeLimit: number
  /** Bytes of resident memory. */
  readonly memoryLimit: number
  readonly threads: number
  /** Milliseconds without a job after which the process ends. */
  readonly idleTime: number
  /** A job ended, or the process did: then `orphans` have not been started and belong to another process. */
  readonly onChange: (process: DecoderProcess, orphans: readonly DecoderTask[]) => void
}

/** What of the environment decoders need. The rest may hold secrets. */
const ENVIRONMENT = [
  'PATH',
  'TMPDIR',
  'TEMP',
  'TMP',
  'SYSTEMROOT',
  'LD_LIBRARY_PATH',
  'DYLD_LIBRARY_PATH',
  'FONTCONFIG_PATH',
]

/**
 * A child process with a queue of jobs, of which it works at the first. States: idle ⇄ busy → dead. It becomes dead by
 * itself (a crash), by a limit, by an abort, or after being idle; the first job then fails and the others are given back.
 */
export class DecoderProcess {
  readonly #options: DecoderProcessOptions
  readonly #child: ChildProcess
  #tasks: DecoderTask[] = []
  readonly #cancelled = new Map<DecoderTask, CellarError>()
  #timer: NodeJS.Timeout | undefined
  /** Why it is being killed, and the job that is to blame. */
  #end: { readonly reason: CellarError; readonly task: DecoderTask | undefined } | undefined
  #isDead = false

  constructor(options: DecoderProcessOptions) {
    this.#options = options
    this.#child = fork(fileURLToPath(workerEntry('decoder-child', import.meta.url)), {
      serialization: 'advanced',
      execArgv: ['--max-old-space-size=512', '--disable-warning=ExperimentalWarning'],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      env: decoderEnvironment(options),
    })
    this.#child.on('message', (answer: DecoderAnswer) => this.#onAnswer(answer))
    // Not `exit`: answers may still be on their way then.
    this.#child.on('close', () => this.#onEnd(undefined))
    this.#child.on('error', (error) => this.#onEnd(error))
    this.#rest()
  }

  get load(): number {
    return this.#tasks.length
  }

  get isDead(): boolean {
    return this.#isDead
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  send(task: DecoderTask): void {
    this.#tasks.push(task)
    if (this.#tasks.length === 1) this.#begin()
    // A failed send is an end of the process, which is reported as such.
    this.#child.send(task.request, () => undefined)
  }

  /** Fails a job of this process. It is not worked at any longer, which can mean the end of the process. */
  cancel(task: DecoderTask, error: CellarError): void {
    if (!this.#tasks.includes(task)) return
    task.reject(error)
    if (this.#tasks[0] === task) this.kill(error)
    else this.#cancelled.set(task, error)
  }

  kill(reason: CellarError): void {
    this.#blame(reason)
    this.#child.kill('SIGKILL')
  }

  #blame(reason: CellarError): void {
    this.#end ??= { reason, task: this.#tasks[0] }
  }

  #begin(): void {
    this.#child.ref()
    this.#child.channel?.ref()
    clearTimeout(this.#timer)
    const { timeLimit } = this.#options
    const cancelled = this.#tasks[0] && this.#cancelled.get(this.#tasks[0])
    if (cancelled) this.kill(cancelled)
    this.#timer = setTimeout(() => this.kill(limitError(`${timeLimit} ms`)), timeLimit)
  }

  /** An idle process does not keep its parent alive. */
  #rest(): void {
    this.#child.unref()
    this.#child.channel?.unref()
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#retire(), this.#options.idleTime)
    this.#timer.unref()
  }

  #retire(): void {
    this.#isDead = true
    this.#child.kill('SIGKILL')
    this.#options.onChange(this, [])
  }

  #onAnswer(answer: DecoderAnswer): void {
    if ('limit' in answer) {
      this.#blame(limitError(answer.limit))
      return
    }
    const task = this.#tasks.shift()
    if (this.#tasks.length > 0) this.#begin()
    else this.#rest()
    if ('failure' in answer) {
      const { code, details } = answer.failure
      // The child typed them when it threw.
      task?.reject(new CellarError(code, details as DetailsOf<typeof code>))
    } else task?.resolve(answer.result)
    this.#options.onChange(this, [])
  }

  #onEnd(error: Error | undefined): void {
    if (this.#isDead) return
    this.#isDead = true
    clearTimeout(this.#timer)
    const reason = error ? 'the decoder could not be started' : 'the decoder crashed'
    const end = this.#end ?? {
      reason: new CellarError('MEDIA_DECODE_FAILED', { reason }, { cause: error }),
      task: this.#tasks[0],
    }
    const orphans = this.#tasks.filter((task) => task !== end.task && !this.#cancelled.has(task))
    this.#tasks = []
    end.task?.reject(end.reason)
    this.#options.onChange(this, orphans)
  }
}

function limitError(limit: string): CellarError<'MEDIA_DECODE_LIMIT'> {
  return new CellarError('MEDIA_DECODE_LIMIT', { limit })
}

function decoderEnvironment(options: DecoderProcessOptions): NodeJS.ProcessEnv {
  const kept = ENVIRONMENT.flatMap((name) => {
    const value = process.env[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  return {
    ...Object.fromEntries(kept),
    UV_THREADPOOL_SIZE: String(options.threads + 1),
    CELLAR_DECODER_THREADS: String(options.threads),
    CELLAR_DECODER_MEMORY: String(options.memoryLimit),
  }
}
