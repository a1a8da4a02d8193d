import pg from 'pg'
import type { TestDatabase } from './databases.ts'

/** Runs SQL as `psql` would: on the server, or through the socket of an embedded home that is open. */
export async function rawSql<R extends Record<string, unknown> = Record<string, unknown>>(
  database: TestDatabase,
  text: string,
  values: readonly unknown[] = [],
): Promise<R[]> {
  const { databaseUrl, home } = database
  const client = new pg.Client(
    databaseUrl === undefined
      ? { host: home, user: 'postgres', database: 'postgres', connectionTimeoutMillis: 5000 }
      : { connectionString: databaseUrl, connectionTimeoutMillis: 5000 },
  )
  await client.connect()
  try {
    return (await client.query<R>(text, [...values])).rows
  } finally {
    await client.end()
  }
}
