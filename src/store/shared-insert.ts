import { DatabaseError } from '../database/database-error.ts'
import { assertOutsideTransaction } from '../database/transaction-scope.ts'
import { isCellarError } from '../errors/cellar-error.ts'
import { arrayLiteral, type Encoded } from '../schema/array-literal.ts'
import type { RawRow } from '../schema/row-codec.ts'
import { Coalescer } from '../util/coalescer.ts'
import type { StoreContext } from './context.ts'
import { insertOneStatement, insertSharedStatement } from './insert-statements.ts'
import { derive, type WritePlan } from './write-plan.ts'

const MAX_ROWS = 256
const MAX_BYTES = 1024 * 1024
const BIG_ROW_BYTES = 64 * 1024

/** A complete row on its way into its table: nothing else has to happen in the same transaction. */
export interface LoneInsert {
  readonly values: readonly Encoded[]
  readonly actor: string | null
  readonly label: string | null
}

/**
 * Writes a row under a version of its own, and gives that. Requests of the same turn, or that arrive while a statement
 * is under way, share one: each has its ordinal in it, by which its version is found. A refused statement leaves
 * nothing behind, so each request then runs alone and gets the outcome it would have had.
 */
export async function insertShared(context: StoreContext, plan: WritePlan, insert: LoneInsert): Promise<number> {
  // The shared statement may run on behalf of somebody else, where this could not be seen any more.
  assertOutsideTransaction(context.database)
  if (weigh(insert) > BIG_ROW_BYTES) return insertAlone(context, plan, insert)
  return coalescer(context, plan).submit(insert)
}

function coalescer(context: StoreContext, plan: WritePlan): Coalescer<LoneInsert, number> {
  return derive(plan, 'shared inserts', () => {
    const keys = plan.key.map((column) => plan.columns.indexOf(column))
    return new Coalescer<LoneInsert, number>({
      slots: 1,
      maxItems: MAX_ROWS,
      maxWeight: MAX_BYTES,
      gather: true,
      weightOf: weigh,
      keyOf: ({ values }) => (keys.length === 0 ? undefined : keyText(keys, values)),
      // After a lost connection the rows may be written or not: writing them again could do it twice.
      mayRepeat: (error) =>
        error instanceof DatabaseError || (isCellarError(error) && error.code === 'TRANSACTION_CONFLICT'),
      run: (inserts) => insertTogether(context, plan, inserts),
      runAlone: (insert) => insertAlone(context, plan, insert),
    })
  })
}

export async function insertAlone(context: StoreContext, plan: WritePlan, insert: LoneInsert): Promise<number> {
  const { actor, label, values } = insert
  const statement = insertOneStatement(plan, false)([null, actor, label, null, ...values])
  const { rows } = await (context.session ?? context.database).execute<RawRow>(statement)
  return Number(rows[0]?.[0])
}

async function insertTogether(
  context: StoreContext,
  plan: WritePlan,
  inserts: readonly LoneInsert[],
): Promise<readonly number[]> {
  const columns = plan.columns.map((_, column) => arrayLiteral(inserts.map(({ values }) => values[column] ?? null)))
  const actors = arrayLiteral(inserts.map((insert) => insert.actor))
  const labels = arrayLiteral(inserts.map((insert) => insert.label))
  const statement = insertSharedStatement(plan)([null, actors, labels, null, ...columns])
  const { rows } = await context.database.execute<RawRow>(statement)
  const versions = new Array<number>(inserts.length)
  for (const [ordinal, version] of rows) versions[Number(ordinal) - 1] = Number(version)
  return versions
}

function keyText(keys: readonly number[], values: readonly Encoded[]): string {
  const [first] = keys
  return keys.length === 1 ? String(values[first as number]) : JSON.stringify(keys.map((key) => String(values[key])))
}

function weigh({ values }: LoneInsert): number {
  let bytes = 0
  for (const value of values) {
    if (typeof value === 'string') bytes += value.length
    else bytes += typeof value === 'object' && value !== null ? value.byteLength : 8
  }
  return bytes
}
