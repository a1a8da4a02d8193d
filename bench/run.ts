import { randomUUID } from 'node:crypto'
import { cpus } from 'node:os'
import pg from 'pg'
import { benchAuth } from './auth/bench-auth.ts'
import { benchBatch } from './batch/bench-batch.ts'
import { benchBulk } from './bulk/bench-bulk.ts'
import { benchFairness } from './fairness.ts'
import { benchHttp } from './http/bench-http.ts'
import { benchJobs } from './jobs/bench-jobs.ts'
import { benchMedia } from './media/bench-media.ts'
import { benchNdjson } from './ndjson/bench-ndjson.ts'
import { benchQueries } from './queries/bench-queries.ts'
import { benchSoak } from './soak/bench-soak.ts'
import { benchImports, benchWarmStart, buildFirst } from './startup.ts'
import { type Comparison, printComparison } from './support/measure.ts'
import { benchThumbnails } from './thumbnails/bench-thumbnails.ts'
import { benchUpload } from './upload.ts'

/**
 * Every goal is a ratio against the named plain program in the same run. Arguments choose parts:
 * `http auth fairness queries bulk batch jobs media ndjson thumbnails startup upload`; `--rounds=9`, `--only=<pattern>` for the HTTP cases,
 * `--pictures=200`, `--rows=<n>` for NDJSON. `soak`, with `--minutes=10`, has to be named: it takes that long.
 */
const args = process.argv.slice(2)
const option = (name: string) => args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3)
const parts = new Set(args.filter((arg) => !arg.startsWith('--')))
const rounds = Number(option('rounds') ?? 9)
const only = option('only')
const server = process.env.BENCH_DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres'

console.log(`Node ${process.version}, ${cpus().length} cores (${cpus()[0]?.model.trim()}), ${rounds} rounds\n`)
const report = (results: readonly Comparison[]) => results.forEach(printComparison)
const goal = (name: string, value: number, most: number, unit: string) =>
  console.log(
    `${name}: ${value.toFixed(value < 100 ? 1 : 0)} ${unit}, goal ${most} ${value <= most ? 'met' : 'MISSED'}`,
  )

/** Each has a database of its own: what one part stores is no business of the next. */
const PARTS: Readonly<Record<string, (url: string) => Promise<void>>> = {
  async http(url) {
    for await (const result of benchHttp(url, rounds, only ? new RegExp(only) : undefined)) printComparison(result)
  },
  async auth(url) {
    for await (const result of benchAuth(url, rounds)) printComparison(result)
  },
  async fairness(url) {
    printComparison(await benchFairness(url, rounds))
  },
  async queries(url) {
    for await (const result of benchQueries(url, rounds)) printComparison(result)
  },
  async ndjson(url) {
    const { comparisons, megabytes } = await benchNdjson(url, rounds, Number(option('rows') ?? 1_000_000))
    report(comparisons)
    goal('NDJSON: memory grows in the first answer by', megabytes.first.ours, 100, 'MB')
    const [first, all, mine] = [megabytes.first.theirs, megabytes.all.theirs, megabytes.all.ours].map(Math.round)
    console.log(`NDJSON by hand: ${first} MB; after all rounds ${mine} MB and by hand ${all} MB`)
  },
  async bulk(url) {
    const { comparisons, megabytes } = await benchBulk(url, rounds)
    report(comparisons)
    goal('bulk insert: memory grows by', megabytes, 200, 'MB')
  },
  async batch(url) {
    for await (const result of benchBatch(url, rounds)) printComparison(result)
  },
  async jobs(url) {
    const { comparison, delay } = await benchJobs(url, rounds)
    report([comparison])
    goal('jobs: from the answer to the start of the work', delay.ours, 20, 'ms')
    console.log(`jobs with bare pg-boss: ${delay.theirs.toFixed(1)} ms`)
  },
  async media(url) {
    for await (const result of benchMedia(url, rounds)) printComparison(result)
  },
  async thumbnails() {
    const pictures = Number(option('pictures') ?? 200)
    for await (const result of benchThumbnails(rounds, pictures)) printComparison(result)
  },
  async startup() {
    buildFirst()
    for (const { entry, milliseconds, goal: most } of benchImports(rounds))
      goal(`import '${entry}'`, milliseconds, most, 'ms')
    report([await benchWarmStart(rounds)])
  },
  upload: () => benchUpload(),
  async soak(url) {
    if (!(await benchSoak(url, Number(option('minutes') ?? 10)))) process.exitCode = 1
  },
}
const ASKED_FOR = new Set(['soak'])

for (const part of parts) if (!(part in PARTS)) throw new Error(`There is no part ${part}: ${Object.keys(PARTS)}`)
for (const [part, run] of Object.entries(PARTS)) {
  if (parts.size === 0 ? !ASKED_FOR.has(part) : parts.has(part)) await withDatabase(run)
}

async function withDatabase(use: (url: string) => Promise<void>): Promise<void> {
  const name = `cellar_bench_${randomUUID().replaceAll('-', '')}`
  const admin = new pg.Client({ connectionString: server })
  await admin.connect()
  await admin.query(`create database ${name}`)
  const url = new URL(server)
  url.pathname = `/${name}`
  try {
    await use(url.href)
  } finally {
    await admin.query(`drop database ${name} with (force)`)
    await admin.end()
  }
}
