import { arrayLiteral } from '../schema/array-literal.ts'
import type { RawRow } from '../schema/row-codec.ts'
import { compileSql, type Fragment, hole, joinSql, raw, sql } from '../util/sql.ts'
import type { CellState } from './cells.ts'
import type { StoreContext } from './context.ts'
import type { Wanted } from './refresh-rows.ts'
import type { Selection } from './selection.ts'
import { lookedUpBefore } from './stale-cells.ts'
import type { WritePlan } from './write-plan.ts'

interface Choice {
  readonly onlyErrors: boolean
  readonly onlyStale: boolean
}

/** Some cells of some columns: failed ones, stale ones. */
export interface ChosenCells {
  /** The rows of a selection that have one of them. */
  within(selection: Selection): Selection
  /** Tells which they are of each of these rows. */
  cellsOf(context: StoreContext, rowids: readonly string[]): Promise<Wanted>
}

export function chosenCells(plan: WritePlan, columns: readonly string[], choice: Choice): ChosenCells {
  const states: CellState['state'][] = []
  if (choice.onlyErrors) states.push('failed')
  if (choice.onlyStale) states.push('stale')
  const lookups = choice.onlyStale ? columns.filter((name) => plan.moments.has(name)) : []
  const outdated = lookups.map((name) => raw(lookedUpBefore(plan.table.id, name)))
  const chosen = sql`(${joinSql([inState(plan, columns, states), ...outdated], ' or ')})`
  return {
    within: ({ condition, filters }) => ({ condition: condition ? sql`${condition} and ${chosen}` : chosen, filters }),
    async cellsOf(context, rowids) {
      const known = lookups.length === 0 ? undefined : await outdatedOf(context, plan, rowids, lookups)
      return ({ rowid, states: cells }) => {
        const old = known?.get(rowid)
        return columns.filter((name) => {
          const state = cells?.[name]?.state
          return state === undefined ? old?.has(name) : states.includes(state)
        })
      }
    },
  }
}

/** A cell in one of these states is noted in `cell_errors`, by which its row is found. */
function inState(plan: WritePlan, columns: readonly string[], states: readonly string[]): Fragment {
  const names = sql`${hole(arrayLiteral(columns))}::text[]`
  return sql`(t._rowid in (select e.rowid from cellar.cell_errors e
      where e.table_id = ${raw(String(plan.table.id))} and e."column" = any(${names}))
    and exists (select from unnest(${names}) as c (name)
      where t._cells -> c.name ->> 'state' = any(${hole(arrayLiteral(states))}::text[])))`
}

/** The columns whose lookups are outdated, by row. */
async function outdatedOf(
  { database }: StoreContext,
  plan: WritePlan,
  rowids: readonly string[],
  lookups: readonly string[],
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const conditions = lookups.map((name) => raw(lookedUpBefore(plan.table.id, name)))
  const { sql: text, parameters } = compileSql(sql`select t._rowid, ${joinSql(conditions)}
    from ${raw(plan.table.sql.table)} t where t._rowid = any(${hole(arrayLiteral(rowids))}::int8[])`)
  const { rows } = await database.execute<RawRow>({ text, values: [...parameters], raw: true })
  return new Map(
    rows.map(([rowid, ...flags]) => [String(rowid), new Set(lookups.filter((_, at) => flags[at] === 't'))] as const),
  )
}
