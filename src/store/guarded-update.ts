import type { Session } from '../database/database.ts'
import { arrayLiteral } from '../schema/array-literal.ts'
import type { RawRow } from '../schema/row-codec.ts'
import { type Fragment, joinSql, raw, sql } from '../util/sql.ts'
import type { ChangePlan } from './change-plan.ts'
import { type Bind, mark, template } from './sql-template.ts'
import type { StagedBatch } from './staged-batch.ts'
import { lockedColumns, lockedList, updateStatement, type VersionSource } from './update-statement.ts'
import type { Author } from './versions.ts'
import { derive, type WritePlan } from './write-plan.ts'

/** New values of rows that were read before, each to be written only if its row is still the one that was read. */
export interface StagedUpdate extends StagedBatch {
  readonly change: ChangePlan
  readonly rowids: readonly string[]
  readonly xmins: readonly string[]
}

/** How the rows of a staged update are numbered. */
export type UpdateVersion =
  | { readonly kind: 'draw'; readonly author: Author }
  | { readonly kind: 'given'; readonly version: number }
  | { readonly kind: 'in-place' }

const POSITIONS = { rowids: 0, xmins: 1, cells: 2, actor: 3, label: 4, expected: 5, version: 6, columns: 7 } as const

export interface GuardedResult {
  readonly version: number
  /** Positions in the batch whose rows have changed since they were read. */
  readonly moved: readonly number[]
}

/**
 * Writes a staged update. When it draws a version it writes all rows or, if one has moved, none; in place it writes
 * those that have not moved. With a given version the rows have to be locked already.
 */
export async function guardedUpdate(
  session: Session,
  plan: WritePlan,
  update: StagedUpdate,
  version: UpdateVersion,
): Promise<GuardedResult> {
  const author = version.kind === 'draw' ? version.author : {}
  const bind = guardedStatement(plan, update.change, version.kind)
  const { rows } = await session.execute<RawRow>(
    bind([
      arrayLiteral(update.rowids),
      arrayLiteral(update.xmins),
      arrayLiteral(update.cells ?? update.rowids.map(() => null)),
      author.actor ?? null,
      author.label ?? null,
      update.rowids.length,
      version.kind === 'given' ? version.version : null,
      ...update.values.map(arrayLiteral),
    ]),
  )
  return { version: Number(rows[0]?.[1] ?? 0), moved: missingOrdinals(rows, update.rowids.length) }
}

/** Locks the rows of a staged update and tells which have moved. */
export async function lockGuarded(session: Session, plan: WritePlan, update: StagedUpdate): Promise<readonly number[]> {
  const statement = derive(plan, 'lock guarded', () => {
    const source = guardSource(plan, [], raw('t._rowid'))
    return template(plan, sql`select i._ordinal from ${source}`)
  })
  const values = [arrayLiteral(update.rowids), arrayLiteral(update.xmins), arrayLiteral(update.rowids.map(() => null))]
  const { rows } = await session.execute<RawRow>(statement(values))
  return missingOrdinals(rows, update.rowids.length)
}

function missingOrdinals(rows: readonly RawRow[], count: number): number[] {
  const found = new Set(rows.map(([ordinal]) => Number(ordinal) - 1))
  return Array.from({ length: count }, (_, position) => position).filter((position) => !found.has(position))
}

function guardedStatement(plan: WritePlan, change: ChangePlan, kind: UpdateVersion['kind']): Bind {
  return derive(plan, `guarded ${kind} ${change.key}`, () => {
    const { assigned } = change
    const columns = kind === 'in-place' ? [] : lockedColumns(plan)
    const arrays = assigned.map(({ type }, i) => mark(POSITIONS.columns + i, type.bulk.parameter))
    const source = guardSource(plan, arrays, lockedList(columns))
    const values = assigned.map(({ type }, i) => `i._e${i}${type.bulk.element} as _e${i}`).join(', ')
    const extras = raw(`i._ordinal, i._new::jsonb as _new${values === '' ? '' : `, ${values}`}`)
    const cells =
      change.affected.length === 0
        ? undefined
        : {
            value: raw('o._new'),
            settled: raw('(u._new is null or not u._new ? e."column")'),
            open: raw('select u._rowid as rowid, k as "column" from u, jsonb_object_keys(u._new) k'),
          }
    const query = updateStatement(plan, {
      locked: sql`select t.*, ${extras} from ${source}`,
      version: versionSource(kind),
      set: assigned.map((column, i) => ({ column, value: raw(`o._e${i}`) })),
      cells,
      returned: [],
      answer: raw('select o._ordinal, v.version from o left join v on true'),
    })
    return template(plan, query)
  })
}

/** Rows by `_rowid`, as they were read; each is looked up on its own, so that no plan scans the table. */
function guardSource(plan: WritePlan, arrays: readonly Fragment[], list: Fragment): Fragment {
  const all = [
    mark(POSITIONS.rowids, 'int8[]'),
    mark(POSITIONS.xmins, 'xid[]'),
    mark(POSITIONS.cells, 'text[]'),
    ...arrays,
  ]
  const names = ['_r', '_x', '_new', ...arrays.map((_, i) => `_e${i}`), '_ordinal'].join(', ')
  return sql`unnest(${joinSql(all)}) with ordinality as i (${raw(names)})
    cross join lateral (select ${list} from ${raw(plan.table.sql.table)} t
      where t._rowid = i._r and t.xmin = i._x for update) t`
}

function versionSource(kind: UpdateVersion['kind']): VersionSource {
  if (kind === 'in-place') return { kind }
  if (kind === 'given') return { kind, version: mark(POSITIONS.version, 'int8') }
  const expected = mark(POSITIONS.expected, 'int8')
  return { kind, actor: mark(POSITIONS.actor, 'text'), label: mark(POSITIONS.label, 'text'), expected }
}
