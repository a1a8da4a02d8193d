import pg from 'pg'
import type { TestDatabase } from './databases.ts'

/** The database as `psql` sees it; an embedded one through the process that owns the home. */
export interface Sql extends AsyncDisposable {
  rows<R extends object = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<R[]>
}

export async function connectSql({ databaseUrl, home }: TestDatabase): Promise<Sql> {
  const client = new pg.Client(
    databaseUrl === undefined
      ? { host: home, user: 'postgres', database: 'postgres' }
      : { connectionString: databaseUrl },
  )
  client.on('error', () => {})
  await client.connect()
  return {
    rows: async <R extends object>(text: string, values: readonly unknown[] = []) => {
      const { rows } = await client.query<R>(text, [...values])
      return rows
    },
    [Symbol.asyncDispose]: () => client.end(),
  }
}
