import { loadedDefinition } from '../compute/build-steps.ts'
import type { Database, Session, Statement, StreamOptions } from '../database/database.ts'
import { CellarError } from '../errors/cellar-error.ts'
import type { CallNode } from '../expr/call-node.ts'
import type { ExprNode } from '../expr/node.ts'
import { callsOf } from '../expr/walk.ts'
import type { RawRow } from '../schema/row-codec.ts'
import { scratchName } from './scratch-table.ts'

/** Rows up to this are kept in memory while functions run; more in a table. */
const MAX_BYTES = 8 * 1024 * 1024
const BATCH = 1000
/** Blocks of a table that are read at a time: 256 kB. */
const BLOCKS = 32

/** The first call that may take its time. */
export function slowCall(nodes: readonly ExprNode[]): CallNode | undefined {
  return nodes.flatMap(callsOf).find((call) => !loadedDefinition(call)?.cheap)
}

/** A function would hold the transaction for as long as it takes. @throws FUNCTION_NOT_CHEAP */
export function assertCheapCalls(session: Session | undefined, nodes: readonly ExprNode[]): void {
  const slow = session && slowCall(nodes)
  if (slow) throw new CellarError('FUNCTION_NOT_CHEAP', { function: slow.function.name, subject: 'a query' })
}

export interface ReadStatement {
  readonly statement: Statement
  /** Columns of its rows. */
  readonly width: number
}

/**
 * The rows of a statement in batches, for a reader that takes its time with each: nothing is held between them. On a
 * server a cursor lives in a transaction, so rows beyond a few megabytes are put into a table and read from there.
 */
export async function* readApart(
  database: Database,
  read: ReadStatement,
  options: StreamOptions,
): AsyncGenerator<RawRow[], void, undefined> {
  const { statement } = read
  if (database.mode === 'embedded') return yield* database.stream<RawRow>(statement, options)
  const rows = await readSome(database, statement, options)
  if (rows === undefined) return yield* readFromTable(database, read)
  for (let at = 0; at < rows.length; at += BATCH) yield rows.slice(at, at + BATCH)
}

/** All rows; undefined when they are too many to be kept. */
async function readSome(
  database: Database,
  statement: Statement,
  options: StreamOptions,
): Promise<RawRow[] | undefined> {
  const rows: RawRow[] = []
  let bytes = 0
  for await (const batch of database.stream<RawRow>(statement, options)) {
    for (const row of batch) for (const text of row) bytes += text === null ? 1 : text.length
    if (bytes > MAX_BYTES) return undefined
    rows.push(...batch)
  }
  return rows
}

/** A table that one statement fills has the rows in their order, block by block. */
async function* readFromTable(database: Database, { statement, width }: ReadStatement): AsyncGenerator<RawRow[]> {
  const { text, values = [] } = statement
  const table = `cellar."${scratchName()}"`
  // Names of its own: those of a join can be there twice.
  const names = Array.from({ length: width }, (_, index) => `c${index}`).join(', ')
  await database.execute({
    text: `create unlogged table ${table} (${names}) with (autovacuum_enabled = false) as ${text}`,
    values,
  })
  try {
    const { rows } = await database.execute<{ blocks: number }>({
      text: `select (pg_relation_size('${table}') / current_setting('block_size')::int8)::int8 as blocks`,
    })
    const blocks = Number(rows[0]?.blocks ?? 0)
    for (let block = 0; block < blocks; block += BLOCKS) {
      const range = `ctid >= '(${block},0)'::tid and ctid < '(${block + BLOCKS},0)'::tid`
      const part = await database.execute<RawRow>({ text: `select * from ${table} where ${range}`, raw: true })
      if (part.rows.length > 0) yield part.rows
    }
  } finally {
    await database.execute({ text: `drop table if exists ${table}` })
  }
}
