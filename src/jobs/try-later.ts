import type { JobFailure } from './job.ts'

/** What a handler gives when something outside does not work yet: the job is queued again, for after a while. */
export class TryLater {
  readonly seconds: number
  /** Why; kept with the job while it waits. */
  readonly error: JobFailure
  constructor(seconds: number, error: JobFailure) {
    this.seconds = seconds
    this.error = error
  }
}
