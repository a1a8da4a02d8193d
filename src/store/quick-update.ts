import type { Session } from '../database/database.ts'
import { arrayLiteral } from '../schema/array-literal.ts'
import type { RawRow } from '../schema/row-codec.ts'
import { type Fragment, joinSql, raw, sql } from '../util/sql.ts'
import type { ChangePlan } from './change-plan.ts'
import type { LoneRow } from './shared-statements.ts'
import { type Bind, mark, template } from './sql-template.ts'
import { lockedColumns, lockedList, quickUpdateStatement, sharedUpdateStatement } from './update-statement.ts'
import { derive, type WriteColumn, type WritePlan } from './write-plan.ts'

/** What quick updates of the same columns have in common. */
export interface QuickChange {
  readonly plan: WritePlan
  readonly change: ChangePlan
  readonly returnRows: boolean
}

/** A row's ordinal in its statement, its version, its `_rowid`, and its new values when asked for. */
type AnswerLine = RawRow

const POSITIONS = { actor: 0, label: 1, columns: 2 } as const

/**
 * Updates a row by its key (its values are those of the key, then of the assigned columns) whose cells are all fine and
 * stay so. Without an answer nothing was done: the row is not there, has other cells, or is locked by somebody else.
 */
export async function quickUpdate(
  session: Session,
  quick: QuickChange,
  { actor, label, values }: LoneRow,
): Promise<AnswerLine | undefined> {
  const { rows } = await session.execute<RawRow>(oneStatement(quick)([actor, label, ...values]))
  return rows[0]
}

/** The same for rows of several requests in one statement, each under a version of its own; answers by position. */
export async function quickUpdates(
  session: Session,
  quick: QuickChange,
  updates: readonly LoneRow[],
): Promise<readonly (AnswerLine | undefined)[]> {
  const width = quick.plan.key.length + quick.change.assigned.length
  const columns = Array.from({ length: width }, (_, at) =>
    arrayLiteral(updates.map(({ values }) => values[at] ?? null)),
  )
  const actors = arrayLiteral(updates.map(({ actor }) => actor))
  const labels = arrayLiteral(updates.map(({ label }) => label))
  const { rows } = await session.execute<RawRow>(sharedStatement(quick)([actors, labels, ...columns]))
  const answers = new Array<AnswerLine | undefined>(updates.length)
  for (const line of rows) answers[Number(line[0]) - 1] = line
  return answers
}

function oneStatement({ plan, change, returnRows }: QuickChange): Bind {
  return derive(plan, `quick ${returnRows} ${change.key}`, () => {
    const value = (column: WriteColumn, at: number) => mark(POSITIONS.columns + at, column.type.cast)
    const returned = returnRows ? plan.columns : []
    return template(
      plan,
      quickUpdateStatement(plan, {
        locked: lockFine(plan, change, (column, at) => value(column, at)),
        set: change.assigned.map((column, i) => ({ column, value: value(column, plan.key.length + i) })),
        actor: mark(POSITIONS.actor, 'text'),
        label: mark(POSITIONS.label, 'text'),
        returned,
        answer: raw(`select 1, u._v, u._rowid${returned.map((_, i) => `, u._n${i}`).join('')} from u`),
      }),
    )
  })
}

function sharedStatement({ plan, change, returnRows }: QuickChange): Bind {
  return derive(plan, `quick shared ${returnRows} ${change.key}`, () => {
    const columns = [...plan.key, ...change.assigned]
    const element = ({ type }: WriteColumn, at: number) => `_e${at}${type.bulk.element}`
    const arrays = [
      mark(POSITIONS.actor, 'text[]'),
      mark(POSITIONS.label, 'text[]'),
      ...columns.map(({ type }, i) => mark(POSITIONS.columns + i, type.bulk.parameter)),
    ]
    const names = raw(['_actor', '_label', ...columns.map((_, i) => `_e${i}`), '_ordinal'].join(', '))
    const returned = returnRows ? plan.columns : []
    return template(
      plan,
      sharedUpdateStatement(plan, {
        locked: sql`unnest(${joinSql(arrays)}) with ordinality as i (${names}) cross join lateral
          (${lockFine(plan, change, (column, at) => raw(`i.${element(column, at)}`))}) t`,
        set: change.assigned.map((column, i) => ({ column, value: raw(`o.${element(column, plan.key.length + i)}`) })),
        returned,
        answer: raw(`select u._ordinal, u._v, u._rowid${returned.map((_, i) => `, u._n${i}`).join('')} from u`),
      }),
    )
  })
}

/** Locks the row of a key if its cells are fine and it can be had at once: nobody waits for the others' rows. */
function lockFine(plan: WritePlan, change: ChangePlan, key: (column: WriteColumn, at: number) => Fragment): Fragment {
  const conditions = plan.key.map((column, at) => sql`t.${raw(column.sql)} = ${key(column, at)}`)
  if (change.affected.length > 0) conditions.push(raw('t._cells is null'))
  return sql`select ${lockedList(lockedColumns(plan))} from ${raw(plan.table.sql.table)} t
    where ${joinSql(conditions, ' and ')} for no key update skip locked`
}
