import type { Database, Session } from '../../database/database.ts'
import { CellarError } from '../../errors/cellar-error.ts'
import type { MediaStore, StoredFile } from '../media-store.ts'
import { type Marks, unmarked } from './marks.ts'

export interface GarbageOptions {
  /** Everything that may name media. A column that is left out loses its media. */
  readonly marks: Marks
  /** Milliseconds since content was last ingested or named. @default 86_400_000 (a day) */
  readonly grace?: number
  /** Counts and removes nothing. */
  readonly dryRun?: boolean
  readonly signal?: AbortSignal
}

export interface GarbageReport {
  /** Media that nothing names any more. */
  readonly media: number
  /** Files that the catalog does not know. */
  readonly orphans: number
  readonly bytes: number
}

/** At least this: the catalog's `last_seen` may be an hour behind, and a write may be under way. */
const LEAST_GRACE_MS = 2 * 3_600_000
const DAY_MS = 24 * 3_600_000
/** How long a variant that nobody asks for is kept. */
const VARIANTS_MS = 7 * DAY_MS
const SCAN = 10_000
const BATCH = 100

/**
 * Removes content that nothing names and that was neither ingested nor named during the grace period, and variants that are
 * not asked for any more. Safe beside writers of any process: a row of `cellar.media` is locked by the transaction that names it, and is looked at again under that lock.
 */
export async function collectGarbage(
  database: Database,
  store: MediaStore,
  options: GarbageOptions,
): Promise<GarbageReport> {
  const grace = options.grace ?? DAY_MS
  if (!(grace >= LEAST_GRACE_MS))
    throw new CellarError('INVALID_VALUE', { subject: 'The grace period', reason: 'it is at least two hours' })
  const run: Run = { database, store, options, grace, before: new Date(Date.now() - grace) }
  const named = await collectUnnamed(run)
  const orphans = await collectOrphans(run)
  assertGoing(options.signal)
  if (!options.dryRun) await store.removeVariants(new Date(Date.now() - VARIANTS_MS))
  return { media: named.count, orphans: orphans.count, bytes: named.bytes + orphans.bytes }
}

interface Run {
  readonly database: Database
  readonly store: MediaStore
  readonly options: GarbageOptions
  readonly grace: number
  readonly before: Date
}

interface MediaRow {
  readonly sha256: string
  readonly ext: string
  readonly bytes: number
}

interface Count {
  count: number
  bytes: number
}

const IS_OLD = (parameter: string) =>
  `last_seen < clock_timestamp() - make_interval(secs => ${parameter}::float8 / 1000)`

async function collectUnnamed({ database, store, options, grace, before }: Run): Promise<Count> {
  const total = { count: 0, bytes: 0 }
  const text = `select sha256, ext, bytes from cellar.media m
where ${IS_OLD('$1')} and sha256 > $2 and ${unmarked('m.sha256', options.marks)}
order by sha256 limit ${SCAN}`
  for (let last = ''; ; ) {
    const { rows } = await database.execute<MediaRow>({ text, values: [grace, last] })
    for (const batch of batches(rows, BATCH)) {
      assertGoing(options.signal)
      const removed = options.dryRun
        ? batch
        : await database.transaction((tx) => removeMedia(tx, { store, grace, before }, batch))
      add(total, removed)
    }
    if (rows.length < SCAN) return total
    last = rows.at(-1)?.sha256 ?? last
  }
}

/** Under the rows' locks: what a writer holds is skipped, what a writer named meanwhile is not old any more. The files come last. */
async function removeMedia(
  tx: Session,
  { store, grace, before }: Pick<Run, 'store' | 'grace' | 'before'>,
  batch: readonly MediaRow[],
): Promise<readonly MediaRow[]> {
  const { rows } = await tx.execute<MediaRow>({
    text: `select sha256, ext, bytes from cellar.media where sha256 = any($1::text[]) and ${IS_OLD('$2')}
order by sha256 for update skip locked`,
    values: [batch.map(({ sha256 }) => sha256), grace],
  })
  await tx.execute({
    text: 'delete from cellar.media where sha256 = any($1::text[])',
    values: [rows.map(({ sha256 }) => sha256)],
  })
  for (const row of rows) await store.remove(row, before)
  return rows
}

/** Content that was ingested for a write that never came, or that a restored database does not know. */
async function collectOrphans({ database, store, options, before }: Run): Promise<Count> {
  const total = { count: 0, bytes: 0 }
  const collect = async (files: readonly StoredFile[]) => {
    assertGoing(options.signal)
    const orphans = await withoutMark(database, await withoutRow(database, files), options.marks)
    if (!options.dryRun) for (const file of orphans) await store.remove(file, before)
    add(total, orphans)
  }
  let files: StoredFile[] = []
  for await (const file of store.files(before)) {
    if (files.push(file) < SCAN) continue
    await collect(files)
    files = []
  }
  await collect(files)
  return total
}

function withoutRow(database: Database, files: readonly StoredFile[]): Promise<readonly StoredFile[]> {
  return filesWhere(database, files, 'not exists (select 1 from cellar.media m where m.sha256 = given.sha256)')
}

function withoutMark(database: Database, files: readonly StoredFile[], marks: Marks): Promise<readonly StoredFile[]> {
  return filesWhere(database, files, unmarked('given.sha256', marks))
}

async function filesWhere(
  database: Database,
  files: readonly StoredFile[],
  condition: string,
): Promise<readonly StoredFile[]> {
  if (files.length === 0) return []
  const { rows } = await database.execute<{ sha256: string }>({
    text: `select sha256 from unnest($1::text[]) as given (sha256) where ${condition}`,
    values: [files.map(({ sha256 }) => sha256)],
  })
  const found = new Set(rows.map(({ sha256 }) => sha256))
  return files.filter(({ sha256 }) => found.has(sha256))
}

function add(total: Count, removed: readonly { readonly bytes: number }[]): void {
  total.count += removed.length
  for (const { bytes } of removed) total.bytes += Number(bytes)
}

function assertGoing(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new CellarError('ABORTED', { subject: 'The collection of media' })
}

function* batches<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size)
}
