import type { Database, Session, Statement } from '../database/database.ts'
import type { RawRow } from '../schema/row-codec.ts'
import type { CompiledQuery } from './compile-query.ts'
import type { Parameters } from './parameter-mark.ts'

interface Executor {
  readonly database: Database
  /** The open transaction. */
  readonly session?: Session
  readonly observer?: { statement(statement: Statement): Promise<void> }
}

const OUT_OF_RANGE = '22003'

export const sqlStateOf = (error: unknown) => String((error as { sqlState?: unknown }).sqlState)

/**
 * All rows of a compiled query. Sums of floats are Postgres' own at first; where one overflows, the statement runs again
 * with sums that do not. Not in a transaction, which the error would end.
 */
export async function executeStatement(
  { database, session, observer }: Executor,
  { statement, quickStatement }: CompiledQuery,
  { parameters, signal }: { readonly parameters: Parameters; readonly signal?: AbortSignal | undefined },
): Promise<readonly RawRow[]> {
  const execute = async (one: Statement) => {
    await observer?.statement(one)
    return (await (session ?? database).execute<RawRow>(signal ? { ...one, signal } : one)).rows
  }
  if (session || !quickStatement) return execute(statement(parameters))
  try {
    return await execute(quickStatement(parameters))
  } catch (error) {
    if (sqlStateOf(error) !== OUT_OF_RANGE) throw error
    return execute(statement(parameters))
  }
}
