import { randomUUID } from 'node:crypto'
import { cpus } from 'node:os'
import pg from 'pg'
import { benchBulk } from './bulk/bench-bulk.ts'
import { benchFairness } from './fairness.ts'
import { benchHttp } from './http/bench-http.ts'
import { benchNdjson } from './ndjson/bench-ndjson.ts'
import { benchQueries } from './queries/bench-queries.ts'
import { benchSoak } from './soak/bench-soak.ts'
import { benchImports, benchWarmStart } from './startup.ts'
import { type Comparison, printComparison } from './support/measure.ts'
import { benchThumbnails } from './thumbnails/bench-thumbnails.ts'
import { benchUpload } from './upload.ts'

/**
 * Every goal is a ratio against the named plain program in the same run. Arguments choose parts:
 * `http fairness queries bulk ndjson thumbnails startup upload`; `--rounds=9`, `--only=<pattern>` for the HTTP cases,
 * `--pictures=200`, `--rows=<n>` for NDJSON. `soak`, with `--minutes=10`, has to be named: it takes that long.
 */
const args = process.argv.slice(2)
const option = (name: string) => args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3)
const parts = new Set(args.filter((arg) => !arg.startsWith('--')))
const wanted = (part: string) => parts.size === 0 || parts.has(part)
const rounds = Number(option('rounds') ?? 9)
const only = option('only')
const server = process.env.BENCH_DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres'

console.log(`Node ${process.version}, ${cpus().length} cores (${cpus()[0]?.model.trim()}), ${rounds} rounds\n`)
const report = (results: readonly Comparison[]) => results.forEach(printComparison)

if (['http', 'fairness', 'bulk', 'queries', 'ndjson'].some(wanted)) {
  await withDatabase(async (url) => {
    if (wanted('http')) {
      for await (const result of benchHttp(url, rounds, only ? new RegExp(only) : undefined)) printComparison(result)
    }
    if (wanted('fairness')) printComparison(await benchFairness(url, rounds))
    if (wanted('queries')) for await (const result of benchQueries(url, rounds)) printComparison(result)
    if (wanted('ndjson')) {
      const { comparisons, megabytes } = await benchNdjson(url, rounds, Number(option('rows') ?? 1_000_000))
      report(comparisons)
      console.log(`NDJSON: memory grows by ${megabytes.toFixed(0)} MB, goal 100 ${megabytes < 100 ? 'met' : 'MISSED'}`)
    }
    if (wanted('bulk')) {
      const { comparisons, megabytes } = await benchBulk(url, rounds)
      report(comparisons)
      console.log(
        `bulk insert: memory grows by ${megabytes.toFixed(0)} MB, goal 200 ${megabytes < 200 ? 'met' : 'MISSED'}`,
      )
    }
  })
}
if (wanted('thumbnails')) {
  const pictures = Number(option('pictures') ?? 200)
  for await (const result of benchThumbnails(rounds, pictures)) printComparison(result)
}
if (wanted('startup')) {
  for (const { entry, milliseconds, goal } of benchImports(rounds))
    console.log(
      `import '${entry}': ${milliseconds.toFixed(0)} ms, goal ${goal} ${milliseconds <= goal ? 'met' : 'MISSED'}`,
    )
  report([await benchWarmStart(rounds)])
}
if (wanted('upload')) await benchUpload()
if (parts.has('soak')) {
  const minutes = Number(option('minutes') ?? 10)
  await withDatabase(async (url) => {
    if (!(await benchSoak(url, minutes))) process.exitCode = 1
  })
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
