import { arrayLiteral } from '../schema/array-literal.ts'
import { createRowDecoder, type RawRow, type Row } from '../schema/row-codec.ts'
import { joinSql, raw, sql } from '../util/sql.ts'
import type { StoreContext } from './context.ts'
import { mark, template } from './sql-template.ts'
import type { StagedBatch } from './staged-batch.ts'
import { derive, type WriteColumn, type WritePlan } from './write-plan.ts'

/**
 * The rows of a batch that was staged under one plan as inputs for another: the values of columns that both can be
 * given, computed cells left out. Postgres reads what was encoded for it, so the values are what would have been stored.
 */
export async function readStaged(
  context: StoreContext,
  plan: WritePlan,
  batch: StagedBatch,
  next: WritePlan,
): Promise<readonly Row[]> {
  const columns = plan.inputs.filter(({ name }) => next.byName.get(name)?.spec !== undefined)
  if (columns.length === 0) return batch.indexes.map(() => ({}))
  const bind = derive(plan, `read staged ${columns.map(({ name }) => name).join(' ')}`, () => {
    const arrays = columns.map(({ type }, i) => mark(i, type.bulk.parameter))
    const names = raw(columns.map((_, i) => `e${i}`).join(', '))
    const values = raw(columns.map(({ type }, i) => `u.e${i}${type.bulk.element}`).join(', '))
    return template(
      plan,
      sql`select ${values} from unnest(${joinSql(arrays)}) with ordinality as u (${names}, ordinal) order by u.ordinal`,
    )
  })
  const encoded = (column: WriteColumn) => arrayLiteral(batch.values[plan.columns.indexOf(column)] ?? [])
  const { rows } = await (context.session ?? context.database).execute<RawRow>(bind(columns.map(encoded)))
  const decoder = createRowDecoder(columns)
  return rows.map((row) => decoder.decode(row))
}
