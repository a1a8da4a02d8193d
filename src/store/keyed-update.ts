import type { Session } from '../database/database.ts'
import { arrayLiteral, type Encoded } from '../schema/array-literal.ts'
import type { RawRow } from '../schema/row-codec.ts'
import { castSql, hole, joinSql, raw, sql } from '../util/sql.ts'
import type { ChangePlan } from './change-plan.ts'
import { type Bind, mark, template } from './sql-template.ts'
import { lockedColumns, lockedList, updateStatement } from './update-statement.ts'
import type { Author } from './versions.ts'
import { derive, type WritePlan } from './write-plan.ts'

/** New values for rows named by their primary key, to be written whatever the rows have now. */
export interface KeyedUpdate {
  readonly change: ChangePlan
  /** For each key column, then for each assigned column, the values of all rows. */
  readonly values: readonly (readonly Encoded[])[]
  /** For each row the states of affected cells that failed or wait, as text. */
  readonly open: readonly (string | null)[]
}

const POSITIONS = { actor: 0, label: 1, expected: 2, open: 3, columns: 4 } as const

/** One row of the answer: its ordinal from 0, its version, and its new values when asked for. */
export interface KeyedAnswer {
  readonly position: number
  readonly version: number
  readonly rowid: string
  readonly line: RawRow
}

/** Where the values of a row begin in the line of an answer. */
export const VALUES_AT = 3

export interface KeyedUpdateOptions extends Author {
  /** Nothing is written unless every row is there. */
  readonly all: boolean
  readonly returnRows: boolean
}

/** Updates rows by key in one statement; rows that are not there have no answer. */
export async function keyedUpdate(
  session: Session,
  plan: WritePlan,
  update: KeyedUpdate,
  options: KeyedUpdateOptions,
): Promise<KeyedAnswer[]> {
  const count = update.open.length
  const opens = update.open.some((text) => text !== null)
  const shape = { one: count === 1, opens, all: options.all, returnRows: options.returnRows }
  const bind = keyedStatement(plan, update.change, shape)
  const values = shape.one ? update.values.map(([value]) => value) : update.values.map(arrayLiteral)
  const open = shape.one ? update.open[0] : arrayLiteral(update.open)
  const statement = bind([options.actor ?? null, options.label ?? null, count, open, ...values])
  const { rows } = await session.execute<RawRow>(statement)
  return rows.map(readAnswer)
}

export function readAnswer(line: RawRow): KeyedAnswer {
  return { position: Number(line[0]) - 1, version: Number(line[1]), rowid: String(line[2]), line }
}

interface Shape {
  readonly one: boolean
  readonly opens: boolean
  readonly all: boolean
  readonly returnRows: boolean
}

function keyedStatement(plan: WritePlan, change: ChangePlan, shape: Shape): Bind {
  return derive(plan, `keyed ${JSON.stringify(shape)} ${change.key}`, () => {
    const returned = shape.returnRows ? plan.columns : []
    const news = returned.map((_, i) => `, u._n${i}`).join('')
    const query = updateStatement(plan, {
      locked: shape.one ? lockOne(plan) : lockMany(plan, change, shape),
      version: {
        kind: 'draw',
        actor: mark(POSITIONS.actor, 'text'),
        label: mark(POSITIONS.label, 'text'),
        ...(shape.all && !shape.one ? { expected: mark(POSITIONS.expected, 'int8') } : {}),
      },
      set: change.assigned.map((column, i) => ({
        column,
        value: shape.one
          ? mark(POSITIONS.columns + plan.key.length + i, column.type.cast)
          : raw(`o._e${plan.key.length + i}${column.type.bulk.element}`),
      })),
      cells: change.affected.length === 0 ? undefined : cellsChange(change, shape),
      returned,
      answer: raw(`select ${shape.one ? '1' : 'u._ordinal'}, u._v, u._rowid${news} from u`),
    })
    return template(plan, query)
  })
}

function lockOne(plan: WritePlan) {
  const same = plan.key.map(({ sql: name, type }, i) => sql`t.${raw(name)} = ${mark(POSITIONS.columns + i, type.cast)}`)
  return sql`select ${lockedList(lockedColumns(plan))} from ${raw(plan.table.sql.table)} t
    where ${joinSql(same, ' and ')} for update`
}

function lockMany(plan: WritePlan, change: ChangePlan, shape: Shape) {
  const columns = [...plan.key, ...change.assigned]
  const arrays = [
    mark(POSITIONS.open, 'text[]'),
    ...columns.map(({ type }, i) => mark(POSITIONS.columns + i, type.bulk.parameter)),
  ]
  const names = raw(['_open', ...columns.map((_, i) => `_e${i}`), '_ordinal'].join(', '))
  const same = plan.key.map(({ sql: name, type }, i) => `t.${name} = i._e${i}${type.bulk.element}`).join(' and ')
  const values = change.assigned.map((_, i) => `, i._e${plan.key.length + i}`).join('')
  const open = shape.opens ? ', i._open' : ''
  return sql`select t.*, i._ordinal${raw(open + values)} from unnest(${joinSql(arrays)}) with ordinality as i (${names})
    cross join lateral (select ${lockedList(lockedColumns(plan))} from ${raw(plan.table.sql.table)} t
      where ${raw(same)} for update) t`
}

function cellsChange(change: ChangePlan, { one, opens }: Shape) {
  const affected = castSql(hole(arrayLiteral(change.affected)), 'text[]')
  if (!opens) {
    return {
      value: sql`case when o._cells is null then null else nullif(o._cells - ${affected}, '{}'::jsonb) end`,
      settled: sql`e."column" = any(${affected})`,
    }
  }
  const open = one ? mark(POSITIONS.open, 'jsonb') : raw('o._open::jsonb')
  const opened = one ? mark(POSITIONS.open, 'jsonb') : raw('u._open::jsonb')
  return {
    value: sql`nullif((coalesce(o._cells, '{}'::jsonb) - ${affected}) || coalesce(${open}, '{}'::jsonb), '{}'::jsonb)`,
    settled: sql`e."column" = any(${affected}) and not coalesce(${opened}, '{}'::jsonb) ? e."column"`,
    open: sql`select u._rowid as rowid, k as "column" from u, jsonb_object_keys(${opened}) k`,
  }
}
