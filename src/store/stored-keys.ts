import { arrayLiteral } from '../schema/array-literal.ts'
import { createRowDecoder, type RawRow } from '../schema/row-codec.ts'
import { joinSql, raw, sql } from '../util/sql.ts'
import type { CellStates } from './cells.ts'
import type { StoreContext } from './context.ts'
import type { KeyedChange } from './keyed-change.ts'
import { mark, template } from './sql-template.ts'
import { encodeRows } from './staged-batch.ts'
import type { StoredRow } from './stored-rows.ts'
import { derive, type WriteColumn, type WritePlan } from './write-plan.ts'

/** The stored rows of keys, by position in the list of changes. In an open transaction they are locked. */
export async function readByKeys(
  context: StoreContext,
  plan: WritePlan,
  changes: readonly KeyedChange[],
  columns: readonly WriteColumn[],
): Promise<ReadonlyMap<number, StoredRow>> {
  const lock = context.session !== undefined
  const names = columns.map((column) => column.name).join(' ')
  const bind = derive(plan, `read by keys ${lock} ${names}`, () => {
    const arrays = plan.key.map(({ type }, i) => mark(i, type.bulk.parameter))
    const elements = raw([...plan.key.map((_, i) => `_e${i}`), '_ordinal'].join(', '))
    const same = plan.key.map(({ sql: name, type }, i) => `t.${name} = i._e${i}${type.bulk.element}`).join(' and ')
    const list = raw(
      ['t._rowid', 't.xmin as _xmin', 't._cells', ...columns.map((column) => `t.${column.sql}`)].join(', '),
    )
    return template(
      plan,
      sql`select i._ordinal, t.* from unnest(${joinSql(arrays)}) with ordinality as i (${elements})
        cross join lateral (select ${list} from ${raw(plan.table.sql.table)} t
          where ${raw(same)}${raw(lock ? ' for update' : '')}) t`,
    )
  })
  const keys = encodeRows(
    plan.key,
    changes.map(({ key }) => key),
  )
  const { rows } = await (context.session ?? context.database).execute<RawRow>(bind(keys.map(arrayLiteral)))
  const decoder = createRowDecoder(columns)
  return new Map(
    rows.map((line): [number, StoredRow] => {
      const [ordinal, rowid, xmin, cells] = line
      const states = cells === null || cells === undefined ? null : (JSON.parse(cells) as CellStates)
      return [Number(ordinal) - 1, { rowid: String(rowid), xmin: String(xmin), states, row: decoder.decode(line, 4) }]
    }),
  )
}
