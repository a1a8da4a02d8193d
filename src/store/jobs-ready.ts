import type { JobQueue } from '../jobs/job-queue.ts'
import type { StoreContext } from './context.ts'

/** Thrown inside `cellar.transaction` by the first write whose cells wait: whoever opened it makes them ready and starts over. */
export class JobsNotReady {
  readonly jobs: JobQueue
  constructor(jobs: JobQueue) {
    this.jobs = jobs
  }
}

/**
 * Starting the delivery of jobs needs connections of its own, which an open transaction may be holding: so it has to
 * happen before one is opened.
 */
export async function prepareJobs({ jobs, session }: StoreContext): Promise<void> {
  if (jobs.prepared) return
  if (session) throw new JobsNotReady(jobs)
  await jobs.prepare()
}
