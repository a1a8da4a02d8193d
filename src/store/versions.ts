import type { Session } from '../database/database.ts'
import { quoteLiteral } from '../database/identifier.ts'
import type { RawRow } from '../schema/row-codec.ts'
import { raw, sql } from '../util/sql.ts'
import { type Bind, mark, template } from './sql-template.ts'
import { derive, type WritePlan } from './write-plan.ts'

export type Operation = 'insert' | 'update' | 'delete'

export interface Author {
  readonly actor?: string | undefined
  readonly label?: string | undefined
}

/** Draws the number of an operation that takes several statements. Call it when the locks of its rows are held. */
export async function drawVersion(
  session: Session,
  plan: WritePlan,
  operation: Operation,
  author: Author,
): Promise<number> {
  const statement = drawStatement(plan, operation)([author.actor ?? null, author.label ?? null])
  const { rows } = await session.execute<RawRow>(statement)
  return Number(rows[0]?.[0])
}

function drawStatement(plan: WritePlan, operation: Operation): Bind {
  return derive(plan, `draw ${operation}`, () =>
    template(
      plan,
      sql`insert into cellar.versions (version, operation, table_id, actor, label)
        values (nextval('cellar.version_seq'), ${raw(quoteLiteral(operation))}, ${raw(String(plan.table.id))},
          ${mark(0, 'text')}, ${mark(1, 'text')}) returning version`,
    ),
  )
}
