import { arrayLiteral, type Encoded } from '../schema/array-literal.ts'
import type { RawRow } from '../schema/row-codec.ts'
import type { StoreContext } from './context.ts'
import { insertOneStatement, insertSharedStatement } from './insert-statements.ts'
import { type LoneRow, shareStatements } from './shared-statements.ts'
import { derive, type WritePlan } from './write-plan.ts'

/** Writes a complete row under a version of its own, and gives that; concurrent requests share a statement. */
export function insertShared(context: StoreContext, plan: WritePlan, insert: LoneRow): Promise<number> {
  const share = derive(plan, 'shared inserts', () => {
    const keys = plan.key.map((column) => plan.stored.indexOf(column))
    return shareStatements<LoneRow, number>(context, {
      keyOf: ({ values }) => (keys.length === 0 ? undefined : keyText(keys, values)),
      run: (inserts) => insertTogether(context, plan, inserts),
      runAlone: (lone) => insertAlone(context, plan, lone),
    })
  })
  return share(insert)
}

export async function insertAlone(context: StoreContext, plan: WritePlan, insert: LoneRow): Promise<number> {
  const { actor, label, values } = insert
  const statement = insertOneStatement(plan, false)([null, actor, label, null, ...values])
  const { rows } = await (context.session ?? context.database).execute<RawRow>(statement)
  return Number(rows[0]?.[0])
}

/** Each row has its ordinal in the statement, by which its version is found. */
async function insertTogether(
  context: StoreContext,
  plan: WritePlan,
  inserts: readonly LoneRow[],
): Promise<readonly number[]> {
  const columns = plan.stored.map((_, column) => arrayLiteral(inserts.map(({ values }) => values[column] ?? null)))
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
