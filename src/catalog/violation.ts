import { DatabaseError } from '../database/database-error.ts'
import { CellarError } from '../errors/cellar-error.ts'

/** Constraint violations and values that cannot be cast: the rows contradict what was declared. */
const CONTRADICTIONS = new Set(['23502', '23503', '23505', '23514', '22003', '22P02', '22001'])
const DEPENDENT_OBJECTS = '2BP01'

/** What a refused definition statement means to whoever declared the table. */
export function definitionError(error: unknown, table: string): unknown {
  if (!(error instanceof DatabaseError)) return error
  const reason = [error.details.reason, error.detail].filter((part) => part !== undefined).join(': ')
  if (CONTRADICTIONS.has(error.sqlState)) return new CellarError('SCHEMA_VIOLATED', { table, reason }, { cause: error })
  if (error.sqlState === DEPENDENT_OBJECTS) return new CellarError('TABLE_IN_USE', { table, reason }, { cause: error })
  return error
}
