import type { Job } from '../../jobs/job.ts'
import type { Binding } from '../binding.ts'
import { type MediaUrl, mediaUrls } from '../respond/media-url.ts'
import { problemOfFailure } from '../respond/problem.ts'
import { compileResultReader } from '../respond/row-writer.ts'
import type { RouterState } from '../router-state.ts'
import { findRoute } from './registry.ts'

/** For whom jobs are written. */
export interface JobView {
  readonly binding: Binding
  /** What stands before `/jobs` in URLs. */
  readonly root: string
  readonly mediaUrl: MediaUrl
}

export async function jobView(state: RouterState, root: string): Promise<JobView> {
  const { binding } = state
  const signer = state.auth === undefined ? undefined : await binding.signer()
  return { binding, root, mediaUrl: mediaUrls(root, signer) }
}

/** A job as callers and webhooks see it. */
export function jobBody(job: Job, { binding, root, mediaUrl }: JobView): object {
  const found = findRoute(binding.context.jobs, job.prefix, job.route)
  const read = found && compileResultReader(found.spec.outputs, Array.isArray(job.payload.rows))
  return {
    id: job.id,
    job_url: `${root}/jobs/${job.id}`,
    status: STATUS[job.state],
    state: job.state,
    route: job.route,
    result: job.state === 'done' ? (read ? read(job.result, mediaUrl) : job.result) : null,
    error: problemOfJob(job),
    progress: job.progress,
    attempts: job.attempts,
    created_at: job.createdAt.toISOString(),
    started_at: job.startedAt?.toISOString() ?? null,
    finished_at: job.finishedAt?.toISOString() ?? null,
  }
}

const STATUS = { queued: 'pending', running: 'pending', done: 'done', error: 'error', cancelled: 'error' } as const

function problemOfJob(job: Job): object | null {
  if (job.state === 'cancelled') {
    return problemOfFailure({
      code: 'ABORTED',
      message: 'The job was cancelled.',
      status: 499,
      retryable: true,
      issues: [],
    })
  }
  return job.state === 'error' && job.error ? problemOfFailure(job.error) : null
}
