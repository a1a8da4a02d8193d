import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { cp, mkdtemp, rename, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'

export type TestMode = 'embedded' | 'server'

/** The mode that the running Vitest project tests. */
export const testMode: TestMode = process.env.CELLAR_TEST_MODE === 'server' ? 'server' : 'embedded'

/** An empty home and, in server mode, an empty database; both are gone when it is disposed. */
export interface TestDatabase extends AsyncDisposable {
  readonly mode: TestMode
  readonly home: string
  readonly databaseUrl: string | undefined
  /** For `open`. */
  readonly options: { readonly home: string; readonly databaseUrl?: string }
  /** For processes that are started: this one's environment with `CELLAR_HOME` and `CELLAR_DATABASE_URL`. */
  readonly env: NodeJS.ProcessEnv
}

export async function testDatabase(mode: TestMode = testMode): Promise<TestDatabase> {
  const home = await mkdtemp(join(tmpdir(), 'cellar-test-'))
  const name = `cellar_test_${randomUUID().replaceAll('-', '')}`
  if (mode === 'server') await createServerDatabase(name)
  else await copyTree(await embeddedTemplate(), home)
  const databaseUrl = mode === 'server' ? serverUrl(name) : undefined
  const { CELLAR_DATABASE_URL: _, ...env } = process.env
  return {
    mode,
    home,
    databaseUrl,
    options: databaseUrl === undefined ? { home } : { home, databaseUrl },
    env: { ...env, CELLAR_HOME: home, ...(databaseUrl === undefined ? {} : { CELLAR_DATABASE_URL: databaseUrl }) },
    async [Symbol.asyncDispose]() {
      if (mode === 'server') await onServer(`drop database if exists ${name} with (force)`)
      await rm(home, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}

/** The server under test: CELLAR_TEST_DATABASE_URL, or PGHOST, PGPORT, PGUSER and PGPASSWORD, or a local one. */
export function serverUrl(database?: string): string {
  const { CELLAR_TEST_DATABASE_URL: given, PGHOST, PGPORT, PGUSER, PGPASSWORD } = process.env
  const url = new URL(given ?? 'postgres://postgres@127.0.0.1:5432/postgres')
  if (given === undefined) {
    // A host that is a folder of sockets goes into the query.
    if (PGHOST?.startsWith('/')) url.searchParams.set('host', PGHOST)
    else if (PGHOST) url.hostname = PGHOST
    if (PGPORT) url.port = PGPORT
    if (PGUSER) url.username = encodeURIComponent(PGUSER)
    if (PGPASSWORD) url.password = encodeURIComponent(PGPASSWORD)
  }
  if (database !== undefined) url.pathname = `/${database}`
  return url.href
}

/** Whether server mode can be tested. */
export async function serverReachable(): Promise<boolean> {
  try {
    await onServer('select 1')
    return true
  } catch {
    return false
  }
}

/** Runs SQL on the server under test, in its own default database. */
export async function onServer(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl(), connectionTimeoutMillis: 5000 })
  client.on('error', () => {})
  try {
    await client.connect()
    await client.query(sql)
  } finally {
    await client.end().catch(() => {})
  }
}

/** Two databases cannot be made at once from one template: 55006. */
async function createServerDatabase(name: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await onServer(`create database ${name} template template0 encoding 'UTF8'`)
    } catch (error) {
      if (attempt >= 20 || (error as { code?: string }).code !== '55006') throw error
    }
  }
}

/** Node's own copying takes ten times as long. */
async function copyTree(from: string, to: string): Promise<void> {
  if (process.platform === 'win32') await cp(from, to, { recursive: true })
  else await promisify(execFile)('cp', ['-a', `${from}/.`, to])
}

/** A home that is already initialised, made once for each version of PGlite: copying it is many times faster. */
async function embeddedTemplate(): Promise<string> {
  const entry = createRequire(import.meta.url).resolve('@electric-sql/pglite')
  const manifest: { version: string } = JSON.parse(readFileSync(join(dirname(entry), '..', 'package.json'), 'utf8'))
  const template = join(tmpdir(), `cellar-test-home-${process.getuid?.() ?? 0}-${manifest.version}`)
  if (existsSync(template)) return template
  const draft = await mkdtemp(join(tmpdir(), 'cellar-test-draft-'))
  const { PGlite } = await import('@electric-sql/pglite')
  const initDbStartParams = ['--wal-segsize=1']
  await (await PGlite.create({ dataDir: join(draft, 'database'), initDbStartParams })).close()
  // Whoever is first wins; the others' drafts are as good.
  await rename(draft, template).catch(() => rm(draft, { recursive: true, force: true }))
  return template
}
