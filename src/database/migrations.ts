import type { Database, Session } from './database.ts'

export interface Migration {
  /** Rising; never changed once released. */
  readonly id: number
  readonly name: string
  /** One or more statements; run in one transaction. */
  readonly sql: string
}

/** Key of the advisory lock under which the catalog is made and migrated. */
const MIGRATION_LOCK = 0x43454c4c

/** Runs what has not run yet, in order of id, in one transaction. Safe to call from many processes at once. */
export async function runMigrations(database: Database, migrations: readonly Migration[]): Promise<void> {
  if ((await pendingMigrations(database, migrations)).length === 0) return
  await database.transaction(async (tx) => {
    await tx.execute({ text: 'select pg_advisory_xact_lock($1::bigint)', values: [MIGRATION_LOCK] })
    await createMigrationsTable(tx)
    for (const { id, name, sql } of await pendingMigrations(tx, migrations)) {
      await tx.execute({ text: sql })
      await tx.execute({ text: 'insert into cellar.migrations (id, name) values ($1, $2)', values: [id, name] })
    }
  })
}

async function pendingMigrations(session: Session, migrations: readonly Migration[]): Promise<readonly Migration[]> {
  const table = await session.execute<{ exists: boolean }>({
    text: "select to_regclass('cellar.migrations') is not null as exists",
  })
  if (table.rows[0]?.exists !== true) return migrations
  const { rows } = await session.execute<{ id: number }>({ text: 'select id from cellar.migrations' })
  const done = new Set(rows.map((row) => row.id))
  return migrations.filter((migration) => !done.has(migration.id)).toSorted((a, b) => a.id - b.id)
}

async function createMigrationsTable(tx: Session): Promise<void> {
  await tx.execute({ text: 'create schema if not exists cellar' })
  await tx.execute({
    text: `create table if not exists cellar.migrations (
      id int primary key, name text not null, at timestamptz(3) not null default now()
    )`,
  })
}
