import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import type { Database } from '../../src/database/database.ts'
import { openDatabase } from '../../src/database/open-database.ts'

const SERVER = process.env['CELLAR_TEST_SERVER'] ?? 'postgres://postgres@127.0.0.1:5432/postgres'

export interface TestDatabase extends AsyncDisposable {
  readonly database: Database
  /** Another handle of the same database, as a second process would have; server mode only. */
  again(): Promise<Database>
}

/** An empty database of the mode under test, gone when disposed. */
export async function openTestDatabase(): Promise<TestDatabase> {
  return process.env['CELLAR_TEST_MODE'] === 'server' ? openOnServer() : openInHome()
}

async function openInHome(): Promise<TestDatabase> {
  const home = await mkdtemp(join(tmpdir(), 'cellar-test-'))
  const database = await openDatabase({ home, relaxed: true })
  return {
    database,
    again: () => openDatabase({ home, relaxed: true }),
    async [Symbol.asyncDispose]() {
      await database.close()
      await rm(home, { recursive: true, force: true })
    },
  }
}

async function openOnServer(): Promise<TestDatabase> {
  const name = `cellar_test_${randomUUID().replaceAll('-', '')}`
  const databaseUrl = new URL(SERVER)
  databaseUrl.pathname = `/${name}`
  await onServer(`create database ${name}`)
  const options = { home: tmpdir(), databaseUrl: databaseUrl.href, poolSize: 4 }
  const database = await openDatabase(options)
  return {
    database,
    again: () => openDatabase(options),
    async [Symbol.asyncDispose]() {
      await database.close()
      await onServer(`drop database ${name} with (force)`)
    },
  }
}

async function onServer(text: string): Promise<void> {
  const client = new pg.Client(SERVER)
  await client.connect()
  await client.query(text)
  await client.end()
}
