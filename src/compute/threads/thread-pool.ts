import { availableParallelism } from 'node:os'
import { CellarError } from '../../errors/cellar-error.ts'
import type { FunctionMedia } from '../../func/function-context.ts'
import type { FunctionDefinition } from '../../func/function-definition.ts'
import { Thread } from './thread.ts'

interface Task {
  readonly definition: FunctionDefinition
  readonly input: unknown
  readonly signal: AbortSignal
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

/** As many threads as cores, started when there is work. Calls wait in line; their time begins when a thread takes them. */
export class ThreadPool {
  readonly #media: FunctionMedia
  readonly #size: number
  readonly #threads = new Set<Thread>()
  readonly #waiting = new Set<Task>()
  #closed = false

  constructor(media: FunctionMedia, size: number = availableParallelism()) {
    this.#media = media
    this.#size = size
  }

  /** Rejects with what the function threw, with a fault at its time limit, and with the signal's reason. */
  call(definition: FunctionDefinition, input: unknown, signal: AbortSignal): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#closed) throw closed()
      if (signal.aborted) throw signal.reason
      const task: Task = { definition, input, signal, resolve, reject }
      signal.addEventListener('abort', () => this.#giveUp(task), { once: true })
      this.#waiting.add(task)
      this.#next()
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const task of this.#waiting) task.reject(closed())
    this.#waiting.clear()
    await Promise.all([...this.#threads].map((thread) => thread.close(closed())))
  }

  #next(): void {
    for (const task of this.#waiting) {
      const thread = this.#freeThread()
      if (!thread) return
      this.#waiting.delete(task)
      void this.#run(thread, task)
    }
  }

  #freeThread(): Thread | undefined {
    for (const thread of this.#threads) if (!thread.busy && !thread.ended) return thread
    if (this.#threads.size >= this.#size || this.#closed) return undefined
    const thread = new Thread(this.#media, (ended) => {
      this.#threads.delete(ended)
      this.#next()
    })
    this.#threads.add(thread)
    return thread
  }

  async #run(thread: Thread, task: Task): Promise<void> {
    const stop = () => thread.stop(task.signal.reason)
    task.signal.addEventListener('abort', stop, { once: true })
    try {
      task.resolve(await thread.call(task.definition, task.input))
    } catch (error) {
      task.reject(error)
    } finally {
      task.signal.removeEventListener('abort', stop)
      this.#next()
    }
  }

  #giveUp(task: Task): void {
    if (this.#waiting.delete(task)) task.reject(task.signal.reason)
  }
}

function closed(): CellarError<'CLOSED'> {
  return new CellarError('CLOSED', { subject: 'The pool of function threads' })
}
