import { CellarError } from '../../errors/cellar-error.ts'
import type { Connection } from '../wire/connection.ts'

interface Requirement {
  readonly feature: string
  /** A boolean expression; true when the server has it. */
  readonly sql: string
  readonly fix: string
}

/** Everything that Cellar needs from a server, beyond what every PostgreSQL of that version has. */
const REQUIREMENTS: readonly Requirement[] = [
  {
    feature: 'PostgreSQL itself',
    sql: "version() like 'PostgreSQL %'",
    fix: 'systems that only speak its protocol lack advisory locks, writing CTEs, LISTEN or identity columns',
  },
  {
    feature: 'PostgreSQL 15 or newer',
    sql: "current_setting('server_version_num')::int >= 150000",
    fix: 'upgrade the server',
  },
  {
    feature: 'UTF-8',
    sql: "current_setting('server_encoding') = 'UTF8'",
    fix: "create the database with encoding 'UTF8'",
  },
  {
    feature: 'writing',
    sql: "not pg_is_in_recovery() and current_setting('transaction_read_only') = 'off'",
    fix: 'connect to the primary, with a role that may write',
  },
  {
    feature: 'the right to create schemas',
    sql: "has_database_privilege(current_database(), 'CREATE') or to_regnamespace('cellar') is not null",
    fix: 'grant create on the database to the role',
  },
]

/** @throws DATABASE_UNSUPPORTED */
export async function checkRequirements(connection: Connection): Promise<void> {
  for (const { feature, sql, fix } of REQUIREMENTS) {
    const { rows } = await connection.execute<[string | null]>({ text: `select ${sql}`, raw: true })
    if (rows[0]?.[0] !== 't') throw new CellarError('DATABASE_UNSUPPORTED', { feature, fix })
  }
}
