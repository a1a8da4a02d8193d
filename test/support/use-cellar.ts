import { type Cellar, open } from 'cellar'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import { type TestDatabase, testDatabase } from './databases.ts'
import { rawSql } from './raw-sql.ts'

/** One database for all tests of a file; before each test its tables are empty and no operation has happened. */
export interface Scene {
  readonly cellar: Cellar
  readonly database: TestDatabase
  sql<R extends Record<string, unknown> = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
  ): Promise<R[]>
}

/** Opening an embedded database takes seconds, so tests that do not need one of their own share it. */
export function useCellar(declarations: readonly unknown[]): Scene {
  let opened: { readonly cellar: Cellar; readonly database: TestDatabase } | undefined
  const get = () => {
    if (opened === undefined) throw new Error('the database is open while tests run, not while they are collected')
    return opened
  }
  beforeAll(async () => {
    const database = await testDatabase()
    const cellar = await open(database.options)
    opened = { database, cellar }
    await cellar.apply(declarations)
  })
  afterAll(async () => {
    await opened?.cellar.close()
    await opened?.database[Symbol.asyncDispose]()
  })
  const scene: Scene = {
    get cellar() {
      return get().cellar
    },
    get database() {
      return get().database
    },
    sql: (text, values) => rawSql(get().database, text, values),
  }
  beforeEach(async () => {
    const tables = await scene.sql<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'cellar_data'`,
    )
    const names = ['cellar.cell_errors', ...tables.map((table) => table.name)]
    await scene.sql(`truncate ${names.join(', ')}; delete from cellar.versions where operation <> 'apply'`)
  })
  return scene
}
