import { DatabaseError } from '../database/database-error.ts'

/** What `cellar.refuse_outdated` raises. */
const REFUSED = 'UD001'

/**
 * What Postgres says of a statement that names what a change of the definition took away: tables, columns, functions and
 * operators for a type that is another one now, results of a prepared statement. They may have other reasons, too.
 */
const UNKNOWN = new Set(['42P01', '42703', '42804', '42883', '0A000'])

/** True for a write that was refused because its table is defined anew. */
export function isRefusedAsOutdated(error: unknown): boolean {
  return error instanceof DatabaseError && error.sqlState === REFUSED
}

/** True for errors of statements that were made for a definition which may not be the applied one any more. */
export function isOutdated(error: unknown): boolean {
  return error instanceof DatabaseError && (error.sqlState === REFUSED || UNKNOWN.has(error.sqlState))
}
