import type { Session } from '../database/database.ts'
import { raw, sql } from '../util/sql.ts'
import { template } from './sql-template.ts'
import { derive, type WritePlan } from './write-plan.ts'

/**
 * Keeps the definition of a table as it is until the transaction ends, and makes sure that it is the one of the plan:
 * for writes that carry no fence, and for those that have to know how far older rows are marked.
 */
export async function holdTable(session: Session, plan: WritePlan): Promise<void> {
  await session.execute(derive(plan, 'hold', () => template(plan, holdQuery(plan))([])))
}

/** The lock of the deletion is taken before the statement looks at anything. */
function holdQuery(plan: WritePlan) {
  const held = sql`with l as (delete from ${raw(plan.table.sql.table)} where false)`
  if (plan.table.marking.size === 0) return sql`${held} select ${plan.fence}`
  // Marking takes this lock first, too.
  return sql`${held} select ${plan.fence} and
    (select count(*) >= 0 from (select from cellar.fills where table_id = ${raw(String(plan.table.id))} for share) f)`
}
