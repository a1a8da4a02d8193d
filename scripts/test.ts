import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serverReachable } from '../test/support/databases.ts'

/**
 * Runs every suite: unit, embedded mode, server mode where a Postgres can be reached, and the suites that run once.
 * Arguments are passed to Vitest. The last line is `N passed, N failed`.
 */
interface Report {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numFailedTestSuites: number
  readonly success: boolean
}

const loud = (text: string) => console.log(`\n${'!'.repeat(78)}\n!! ${text}\n${'!'.repeat(78)}\n`)

const reachable = await serverReachable()
const projects = ['unit', 'embedded', ...(reachable ? ['server'] : []), 'once']
if (!reachable)
  loud(
    'SERVER MODE IS NOT TESTED: no Postgres can be reached. Run scripts/setup-postgres.sh, or set CELLAR_TEST_DATABASE_URL.',
  )

const folder = mkdtempSync(join(tmpdir(), 'cellar-test-report-'))
const file = join(folder, 'report.json')
const vitest = new URL('../node_modules/vitest/vitest.mjs', import.meta.url).pathname
const result = spawnSync(
  process.execPath,
  [
    vitest,
    'run',
    ...projects.flatMap((name) => ['--project', name]),
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
    ...process.argv.slice(2),
  ],
  // Tests start hundreds of processes from the sources, which all compile the same.
  { stdio: 'inherit', env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'cellar-test-compile-cache') } },
)

let report: Report | undefined
try {
  report = JSON.parse(readFileSync(file, 'utf8')) as Report
} catch {
  console.error('The test run ended without a report.')
}
rmSync(folder, { recursive: true, force: true })
if (!reachable) loud('SERVER MODE WAS NOT TESTED (see above).')
const passed = report?.numPassedTests ?? 0
// A run can break outside any test (a file that does not load, an unhandled rejection): that is a failure too.
const failed = Math.max(report?.numFailedTests ?? 0, result.status === 0 && report?.success ? 0 : 1)
if (report && report.numPendingTests > 0) console.log(`${report.numPendingTests} skipped (each prints its reason)`)
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed === 0 && passed > 0 ? 0 : 1)
