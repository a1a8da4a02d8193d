import { CellarClientError, type ProblemBody } from './client-error.ts'

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
  /** From 0 to 1, as it changes; ends with the job, whichever way. */
  readonly progress: AsyncIterable<number>
}

interface JobBody {
  readonly status: 'pending' | 'done' | 'error'
  readonly result: unknown
  readonly error: ProblemBody | null
  readonly progress: number
}

/** Reads the job, waiting up to the given seconds for its end. */
export type ReadJob = (id: string, wait: number, signal: AbortSignal | undefined) => Promise<unknown>

export function createJob<R>(id: string, read: ReadJob): Job<R> {
  return {
    id,
    async wait({ signal, onProgress } = {}) {
      let seen = -1
      for (;;) {
        const job = (await read(id, WAIT, signal)) as JobBody
        if (job.progress !== seen) onProgress?.(job.progress)
        seen = job.progress
        if (job.status === 'done') return job.result as R
        if (job.status === 'error') throw new CellarClientError(job.error ?? UNKNOWN)
      }
    },
    progress: {
      async *[Symbol.asyncIterator]() {
        let seen = -1
        for (;;) {
          const job = (await read(id, 1, undefined)) as JobBody
          if (job.progress !== seen) yield job.progress
          seen = job.progress
          if (job.status !== 'pending') return
        }
      },
    },
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
