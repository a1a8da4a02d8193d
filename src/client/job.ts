import { CellarClientError, type ProblemBody } from './client-error.ts'
import type { Send } from './send.ts'

/** Seconds that one request waits on the server for the end of a job. */
const WAIT = 30

export interface WaitOptions {
  readonly signal?: AbortSignal
  /** Called when the known progress changes, from 0 to 1. */
  readonly onProgress?: (done: number) => void
}

/** Background work on the server. */
export interface Job<out R> {
  readonly id: string
  /**
   * The result, when there is one.
   *
   * @throws CellarClientError with the error of the job
   */
  wait(options?: WaitOptions): Promise<R>
  /** Ends it, unless it has ended. */
  cancel(): Promise<void>
  /** From 0 to 1, as it changes; ends with the job, whichever way. */
  readonly progress: AsyncIterable<number>
}

interface JobBody {
  readonly status: 'pending' | 'done' | 'error'
  readonly result: unknown
  readonly error: ProblemBody | null
  readonly progress: number
}

export function createJob<R>(id: string, send: Send): Job<R> {
  const states = (signal?: AbortSignal) => watch(`/jobs/${id}`, send, signal)
  return {
    id,
    async wait({ signal, onProgress } = {}) {
      let seen = -1
      for await (const job of states(signal)) {
        if (job.progress !== seen) onProgress?.(job.progress)
        seen = job.progress
        if (job.status === 'done') return job.result as R
        if (job.status === 'error') throw new CellarClientError(job.error ?? UNKNOWN)
      }
      throw new CellarClientError(UNKNOWN)
    },
    async cancel() {
      await send(`/jobs/${id}/cancel`, { method: 'POST' })
    },
    progress: {
      async *[Symbol.asyncIterator]() {
        let seen = -1
        for await (const job of states()) {
          if (job.progress !== seen) yield job.progress
          seen = job.progress
        }
      },
    },
  }
}

/** The states of a job until its end: as the server tells them, and asked for where a proxy holds them back. */
async function* watch(path: string, send: Send, signal?: AbortSignal): AsyncGenerator<JobBody, void> {
  const init = signal ? { signal } : {}
  for (;;) {
    const headers = { accept: 'text/event-stream, application/json' }
    const response = await send(`${path}?wait=${WAIT}`, { ...init, headers }, { repeatable: true })
    const streams = (response.headers.get('content-type') ?? '').startsWith('text/event-stream')
    for await (const job of streams ? events(response) : [(await response.json()) as JobBody]) {
      yield job
      if (job.status !== 'pending') return
    }
  }
}

/** The `data:` lines of a stream of events. One that breaks off ends, and is asked for again. */
async function* events(response: Response): AsyncGenerator<JobBody, void> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  try {
    for (;;) {
      const read = await reader?.read().catch(() => undefined)
      if (!read || read.done) return
      const lines = (text + read.value).split('\n')
      text = lines.pop() ?? ''
      for (const line of lines) if (line.startsWith('data:')) yield JSON.parse(line.slice(5)) as JobBody
    }
  } finally {
    await reader?.cancel().catch(() => {})
  }
}

const UNKNOWN: ProblemBody = {
  status: 500,
  code: 'INTERNAL',
  title: 'The job failed',
  detail: 'The job failed.',
  retryable: false,
  errors: [],
}
