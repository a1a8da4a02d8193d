import { Worker } from 'node:worker_threads'
import { CellarError } from '../../errors/cellar-error.ts'
import { invalidResult } from '../../func/check-result.ts'
import type { FunctionMedia } from '../../func/function-context.ts'
import type { FunctionDefinition } from '../../func/function-definition.ts'
import { workerEntry } from '../../util/worker-entry.ts'
import { workerOptions } from '../../util/worker-options.ts'
import { faultOf, timeoutFault } from '../fault.ts'
import { fromErrorData, toErrorData } from './error-data.ts'
import type { CallMessage, ErrorData, FromThread, QuestionMessage, ToThread } from './messages.ts'

/** Milliseconds in which the module of a function has to load. */
const LOAD_TIME = 30_000
/** The longest delay that `setTimeout` takes. */
const MAX_DELAY = 2 ** 31 - 1

interface Call {
  readonly definition: FunctionDefinition
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
  timer: NodeJS.Timeout | undefined
}

/** A worker thread that runs one call at a time. When a call has to be stopped, the thread is ended with it. */
export class Thread {
  readonly #worker: Worker
  readonly #media: FunctionMedia
  #call: Call | undefined
  #ended = false

  /** @param onEnd called once, when the thread takes no more calls */
  constructor(media: FunctionMedia, onEnd: (thread: Thread) => void) {
    this.#media = media
    const options = { ...workerOptions(), name: 'cellar function' }
    this.#worker = new Worker(workerEntry('thread-worker', import.meta.url), options)
    this.#worker.on('message', (message: FromThread) => this.#receive(message))
    this.#worker.on('messageerror', (error) => this.#settle((call) => call.reject(error)))
    this.#worker.on('error', (error) => this.#end(error))
    this.#worker.on('exit', () => {
      this.#end(new CellarError('FUNCTION_FAILED', { function: this.#name, reason: 'it ended its thread.' }))
      onEnd(this)
    })
    // An idle thread keeps no process alive.
    this.#worker.unref()
  }

  get busy(): boolean {
    return this.#call !== undefined
  }

  get ended(): boolean {
    return this.#ended
  }

  call(definition: FunctionDefinition, input: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const { name, version, module = '' } = definition
      const loading = setTimeout(
        () => this.stop(unavailable(name, `its module did not load in ${LOAD_TIME} ms`)),
        LOAD_TIME,
      )
      this.#call = { definition, resolve, reject, timer: loading }
      this.#worker.ref()
      try {
        const message: CallMessage = { type: 'call', module, name, version, input }
        this.#worker.postMessage(message)
      } catch (error) {
        this.#settle((call) => call.reject(error))
      }
    })
  }

  /** Ends the thread; its call fails with the reason. */
  stop(reason: unknown): void {
    this.#end(reason)
    void this.#worker.terminate()
  }

  /** Resolves when the thread is gone. */
  async close(reason: unknown): Promise<void> {
    this.#end(reason)
    await this.#worker.terminate()
  }

  get #name(): string {
    return this.#call?.definition.name ?? ''
  }

  #receive(message: FromThread): void {
    switch (message.type) {
      case 'begin':
        this.#begin()
        break
      case 'result':
        this.#settle((call) => call.resolve(message.value))
        break
      case 'partial': {
        const failed = new Set(message.failed)
        const values = message.values.map((value, at) => (failed.has(at) ? fromErrorData(value as ErrorData) : value))
        this.#settle((call) => call.resolve(values))
        break
      }
      case 'error':
        this.#settle((call) => call.reject(fromErrorData(message.error)))
        break
      case 'unsendable':
        this.#settle((call) => call.reject(faultOf(invalidResult(this.#name, message.reason), this.#name)))
        break
      case 'unavailable':
        this.#settle((call) => call.reject(unavailable(call.definition.name, message.reason)))
        break
      case 'question':
        void this.#answer(message)
        break
    }
  }

  #begin(): void {
    const call = this.#call
    if (!call) return
    clearTimeout(call.timer)
    const { name, timeout } = call.definition
    call.timer = timeout > MAX_DELAY ? undefined : setTimeout(() => this.stop(timeoutFault(name, timeout)), timeout)
  }

  async #answer({ question, media }: QuestionMessage): Promise<void> {
    const post = (answer: ToThread) => this.#worker.postMessage(answer)
    try {
      post({ type: 'path', question, path: await (media ? this.#media.path(media) : this.#media.scratch()) })
    } catch (error) {
      post({ type: 'path', question, error: toErrorData(error) })
    }
  }

  #settle(answer: (call: Call) => void): void {
    const call = this.#call
    if (!call) return
    clearTimeout(call.timer)
    answer(call)
    this.#call = undefined
    if (!this.#ended) this.#worker.unref()
  }

  #end(reason: unknown): void {
    this.#ended = true
    this.#settle((call) => call.reject(reason instanceof Error ? reason : faultOf(reason, call.definition.name)))
  }
}

function unavailable(name: string, reason: string): CellarError {
  return new CellarError('FUNCTION_UNAVAILABLE', { function: name, reason })
}
