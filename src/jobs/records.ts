import type { Session } from '../database/database.ts'
import { jsonbText } from '../util/jsonb-text.ts'
import type { DeliveredKind, Job, JobFailure, JobKind, JobPayload, JobState } from './job.ts'

const COLUMNS = `id, kind, state, route, prefix, principal, payload, result, error, progress, attempts, to_jsonb(need) as need, webhook,
  created_at as "createdAt", started_at as "startedAt", finished_at as "finishedAt"`

export interface NewJob {
  readonly id: string
  readonly kind: JobKind
  readonly payload: JobPayload
  readonly route?: string | undefined
  readonly prefix?: string | undefined
  readonly principal?: string | undefined
  readonly need?: readonly string[] | undefined
  /** Seconds from its end until it is deleted. */
  readonly keepSeconds?: number | undefined
  readonly webhook?: boolean | undefined
}

/** The channel that tells workers and waiters what happened: `new`, `cancel <id>`, `progress <id>`, `end <id>`. */
export const JOBS_CHANNEL = 'cellar_jobs'

const notify = (event: string) => `pg_notify('${JOBS_CHANNEL}', ${event})`

const NEW_COLUMNS = 'id, kind, payload, route, prefix, principal, keep, webhook'
const NEW_VALUES = '$1::uuid, $2, $3::jsonb, $4, $5, $6, make_interval(secs => $7), $8'
const newValues = (job: NewJob) => [
  job.id,
  job.kind,
  jsonbText(job.payload),
  job.route ?? null,
  job.prefix ?? null,
  job.principal ?? null,
  job.keepSeconds ?? null,
  job.webhook ?? false,
]

export async function insertJob(session: Session, job: NewJob): Promise<void> {
  await session.execute({
    name: 'cellar-job-insert',
    text: `with j as (
        insert into cellar.jobs (${NEW_COLUMNS}, state, need) values (${NEW_VALUES}, 'queued', $9::text[]) returning 1)
      select ${notify(`'new'`)} from j`,
    values: [...newValues(job), job.need ?? null],
  })
}

/** Stores a job that runs already, here. */
export async function startLocalJob(session: Session, job: NewJob): Promise<Job> {
  const { rows } = await session.execute<Job>({
    name: 'cellar-job-start-local',
    text: `insert into cellar.jobs (${NEW_COLUMNS}, state, attempts, started_at, heartbeat_at)
      values (${NEW_VALUES}, 'running', 1, now(), now()) returning ${COLUMNS}`,
    values: newValues(job),
  })
  return rows[0] as Job
}

/** Says that the process of local jobs lives. */
export async function touchJobs(session: Session, ids: readonly string[]): Promise<void> {
  await session.execute({
    name: 'cellar-jobs-touch',
    text: `update cellar.jobs set heartbeat_at = now() where id = any($1::uuid[]) and state = 'running'`,
    values: [ids],
  })
}

/** Ends the local jobs whose processes have been silent for too long. */
export async function endLostJobs(
  session: Session,
  { silentSeconds, error }: { readonly silentSeconds: number; readonly error: JobFailure },
): Promise<readonly Job[]> {
  const { rows } = await session.execute<Job>({
    name: 'cellar-jobs-end-lost',
    text: `with j as (update cellar.jobs set state = 'error', error = $2::jsonb, finished_at = now()
        where kind = 'local' and state = 'running' and heartbeat_at < now() - make_interval(secs => $1) returning *),
      n as (select ${notify(`'end ' || id`)} from j)
      select ${COLUMNS} from j, (select count(*) from n) as told`,
    values: [silentSeconds, jsonbText(error)],
  })
  return rows
}

/** Takes the jobs that may still run; those that ended meanwhile are left out. */
export async function claimJobs(session: Session, ids: readonly string[]): Promise<readonly Job[]> {
  const { rows } = await session.execute<Job>({
    name: 'cellar-job-claim',
    text: `update cellar.jobs set state = 'running', attempts = attempts + 1, started_at = now(), finished_at = null
      where id = any($1::uuid[]) and state in ('queued', 'running') returning ${COLUMNS}`,
    values: [ids],
  })
  return rows
}

export interface JobEnd {
  readonly state: 'done' | 'error'
  readonly result?: unknown
  readonly error?: JobFailure
}

/** Ends the given attempts and gives those it ended; one that was cancelled or taken over meanwhile stays as it is. */
export async function endJobs(
  session: Session,
  ends: readonly { readonly job: Job; readonly end: JobEnd }[],
): Promise<readonly Job[]> {
  const json = (value: unknown) => (value === undefined ? null : jsonbText(value))
  const { rows } = await session.execute<{ id: string }>({
    name: 'cellar-jobs-end',
    text: `with e as (
        select * from unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::text[]) as e (id, attempt, state, result, error)),
      j as (
        update cellar.jobs j set state = e.state, result = e.result::jsonb, error = e.error::jsonb, finished_at = now(),
          progress = case when e.state = 'done' then 1 else j.progress end
        from e where j.id = e.id and j.state = 'running' and j.attempts = e.attempt returning j.id)
      select id, ${notify(`'end ' || id`)} from j`,
    values: [
      ends.map(({ job }) => job.id),
      ends.map(({ job }) => job.attempts),
      ends.map(({ end }) => end.state),
      ends.map(({ end }) => json(end.result)),
      ends.map(({ end }) => json(end.error)),
    ],
  })
  const ended = new Set(rows.map(({ id }) => id))
  return ends.filter(({ job }) => ended.has(job.id)).map(({ job }) => job)
}

export interface JobReturn {
  readonly job: Job
  /** For a process that has all of it. */
  readonly need: readonly string[] | null
  /** What it is queued again for. */
  readonly error?: JobFailure
}

/** Queues an attempt again; undefined when it is not running any more. */
export async function returnJob(session: Session, { job, need, error }: JobReturn): Promise<Job | undefined> {
  const { rows } = await session.execute<Job>({
    text: `with j as (update cellar.jobs set state = 'queued', started_at = null, need = $3::text[], error = $4::jsonb
        where id = $1::uuid and state = 'running' and attempts = $2 returning *),
      n as (select ${notify(`'new'`)} from j)
      select ${COLUMNS} from j, n`,
    values: [job.id, job.attempts, need, error === undefined ? null : jsonbText(error)],
  })
  return rows[0]
}

/** Tells the workers of all processes to look for jobs. */
export async function notifyWorkers(session: Session): Promise<void> {
  await session.execute({ text: `select ${notify(`'new'`)}` })
}

export async function giveBackJob(session: Session, job: Job): Promise<void> {
  await session.execute({
    text: `update cellar.jobs set state = 'queued', started_at = null
      where id = $1::uuid and state = 'running' and attempts = $2`,
    values: [job.id, job.attempts],
  })
}

export async function recordProgress(session: Session, job: Job, progress: number): Promise<void> {
  await session.execute({
    name: 'cellar-job-progress',
    text: `with j as (update cellar.jobs set progress = $3
        where id = $1::uuid and state = 'running' and attempts = $2 returning id)
      select ${notify(`'progress ' || id`)} from j`,
    values: [job.id, job.attempts, progress],
  })
}

export async function cancelJob(session: Session, id: string): Promise<Job | undefined> {
  const { rows } = await session.execute<Job>({
    text: `with j as (update cellar.jobs set state = 'cancelled', finished_at = now()
        where id = $1::uuid and state in ('queued', 'running') returning *),
      n as (select ${notify(`'cancel ' || id`)}, ${notify(`'end ' || id`)} from j)
      select ${COLUMNS} from j, n`,
    values: [id],
  })
  return rows[0]
}

export async function requeueJob(
  session: Session,
  id: string,
): Promise<(Job & { readonly kind: DeliveredKind }) | undefined> {
  const { rows } = await session.execute<Job & { readonly kind: DeliveredKind }>({
    text: `with j as (update cellar.jobs set state = 'queued', error = null, result = null, progress = 0,
        started_at = null, finished_at = null where id = $1::uuid and state in ('error', 'cancelled') and kind <> 'local' returning *),
      n as (select ${notify(`'new'`)} from j)
      select ${COLUMNS} from j, n`,
    values: [id],
  })
  return rows[0]
}

export async function findJob(session: Session, id: string): Promise<Job | undefined> {
  const { rows } = await session.execute<Job>({
    name: 'cellar-job-find',
    text: `select ${COLUMNS} from cellar.jobs where id = $1::uuid`,
    values: [id],
  })
  return rows[0]
}

/** The job, unless it is as the given one is. */
export async function findChangedJob(
  session: Session,
  { id, state, progress, attempts }: Job,
): Promise<Job | undefined> {
  const { rows } = await session.execute<Job>({
    name: 'cellar-job-find-changed',
    text: `select ${COLUMNS} from cellar.jobs
      where id = $1::uuid and (state <> $2 or progress <> $3::real or attempts <> $4)`,
    values: [id, state, progress, attempts],
  })
  return rows[0]
}

export interface JobFilter {
  readonly kinds?: readonly JobKind[]
  readonly state?: JobState
  readonly prefix?: string
  readonly principal?: string
  /** @default 100 */
  readonly limit?: number
  /** Those that come after this one in the list. */
  readonly after?: JobPlace
}

/** Where a job stands in the list; it holds when the job is gone, too. */
export interface JobPlace {
  readonly createdAt: Date
  readonly id: string
}

/** Newest first. */
export async function listJobs(session: Session, filter: JobFilter): Promise<readonly Job[]> {
  const { rows } = await session.execute<Job>({
    text: `select ${COLUMNS} from cellar.jobs
      where ($1::text[] is null or kind = any($1)) and ($2::text is null or state = $2)
        and ($3::text is null or prefix = $3) and ($4::text is null or principal = $4)
        and ($6::timestamptz is null or (created_at, id) < ($6::timestamptz, $7::uuid))
      order by created_at desc, id desc limit $5`,
    values: [
      filter.kinds ?? null,
      filter.state ?? null,
      filter.prefix ?? null,
      filter.principal ?? null,
      filter.limit ?? 100,
      filter.after?.createdAt.toISOString() ?? null,
      filter.after?.id ?? null,
    ],
  })
  return rows
}

/** How many jobs of routes wait under a prefix, of one user where one is given; counting ends at `atMost`. */
export async function countWaitingJobs(
  session: Session,
  { prefix, principal, atMost }: { readonly prefix: string; readonly principal?: string; readonly atMost: number },
): Promise<number> {
  const { rows } = await session.execute<{ count: number }>({
    name: 'cellar-jobs-waiting',
    text: `select count(*)::int as count from (select 1 from cellar.jobs
      where state = 'queued' and kind = 'route' and prefix = $1 and ($2::text is null or principal = $2) limit $3) as j`,
    values: [prefix, principal ?? null, atMost],
  })
  return rows[0]?.count ?? 0
}

/** Deletes some jobs that ended longer ago than they are kept, and says how many. */
export async function expireJobs(session: Session, keptDays: number, atMost: number): Promise<number> {
  const { count } = await session.execute({
    text: `delete from cellar.jobs where id in (
      select id from cellar.jobs where finished_at < now() - coalesce(keep, make_interval(days => $1)) limit $2)`,
    values: [keptDays, atMost],
  })
  return count
}
