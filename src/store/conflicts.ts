import { keyColumnsOf, referencingColumnOf } from '../catalog/constraint-names.ts'
import { DatabaseError } from '../database/database-error.ts'
import { CellarError } from '../errors/cellar-error.ts'
import type { ErrorCode } from '../errors/codes.ts'
import { arrayLiteral, type Encoded } from '../schema/array-literal.ts'
import type { RawRow } from '../schema/row-codec.ts'
import { joinSql, raw, sql } from '../util/sql.ts'
import type { StoreContext } from './context.ts'
import { mark, template } from './sql-template.ts'
import type { StagedBatch } from './staged-batch.ts'
import { derive, type WriteColumn, type WritePlan } from './write-plan.ts'

const UNIQUE_VIOLATION = '23505'
const REFERENCE_VIOLATION = '23503'
const NULL_VIOLATION = '23502'

/** True for refusals that are about a row and not about the statement. */
export function isRowRefusal(error: unknown): error is DatabaseError {
  return error instanceof DatabaseError && (error.sqlState.startsWith('23') || error.sqlState.startsWith('22'))
}

/** One row of what was written: its encoded values by column, and its place in the input. */
export interface RefusedRow {
  readonly index: number | undefined
  value(column: WriteColumn): Encoded
}

/** What a refusal by the database means to the writer; other errors pass. */
export function refusalError(plan: WritePlan, error: unknown, row: RefusedRow | undefined): unknown {
  if (!(error instanceof DatabaseError)) return error
  const options = (columns: string, message: string, code: ErrorCode) => {
    const place = row?.index === undefined ? [] : [row.index]
    return { cause: error, issues: columns.split(', ').map((name) => ({ path: [...place, name], message, code })) }
  }
  if (error.sqlState === NULL_VIOLATION && error.column !== undefined) {
    const { column } = error
    const details = { subject: `table ${plan.spec.path}`, column }
    return new CellarError('MISSING_VALUE', details, options(column, `${column} needs a value.`, 'MISSING_VALUE'))
  }
  if (error.constraint === undefined) return error
  if (error.sqlState === UNIQUE_VIOLATION) {
    const columns = keyColumns(plan, error.constraint)
    if (columns.length === 0) return error
    const values = columns.map((column) => (row ? String(row.value(column)) : '(another value)')).join(', ')
    const names = columns.map((column) => column.name).join(', ')
    const message = `A row with ${names} = ${values} exists already.`
    const details = { table: plan.spec.path, columns: names, values }
    return new CellarError('DUPLICATE_KEY', details, options(names, message, 'DUPLICATE_KEY'))
  }
  if (error.sqlState !== REFERENCE_VIOLATION) return error
  const column = referencingColumnOf(plan.spec, error.constraint)
  if (column === undefined) {
    const details = { table: plan.spec.path, referencing: error.table ?? 'another table' }
    return new CellarError('ROW_REFERENCED', details, { cause: error })
  }
  const reason = `${column} refers to a row that does not exist`
  const details = { subject: `table ${plan.spec.path}`, reason }
  return new CellarError('INVALID_VALUE', details, options(column, `${reason}.`, 'INVALID_VALUE'))
}

function keyColumns(plan: WritePlan, constraint: string): WriteColumn[] {
  const names = keyColumnsOf(plan.spec, constraint) ?? []
  return names.flatMap((name) => plan.byName.get(name) ?? [])
}

export function batchRow(plan: WritePlan, batch: StagedBatch, position: number): RefusedRow {
  return {
    index: batch.indexes[position],
    value: (column) => batch.values[plan.columns.indexOf(column)]?.[position] ?? null,
  }
}

/**
 * The position of the first row of a refused batch whose key is taken, by a stored row or by one before it. The
 * transaction that was refused has to be over: what it wrote is gone.
 */
export async function findConflict(
  context: StoreContext,
  plan: WritePlan,
  batch: StagedBatch,
  error: DatabaseError,
): Promise<number | undefined> {
  if (batch.indexes.length === 1) return 0
  const columns = error.constraint === undefined ? [] : keyColumns(plan, error.constraint)
  if (error.sqlState !== UNIQUE_VIOLATION || columns.length === 0) return undefined
  // Inside an open transaction nothing can be asked any more.
  if (context.session) return findRepetition(plan, batch, columns)
  const values = columns.map((column) => arrayLiteral(batch.values[plan.columns.indexOf(column)] ?? []))
  const { rows } = await context.database.execute<RawRow>(conflictStatement(plan, columns)(values))
  const ordinal = rows[0]?.[0]
  return ordinal === undefined || ordinal === null ? undefined : Number(ordinal) - 1
}

/** Equality is left to the database: numbers and times have several texts. */
function conflictStatement(plan: WritePlan, columns: readonly WriteColumn[]) {
  return derive(plan, `conflict ${columns.map((column) => column.name).join(' ')}`, () => {
    const arrays = columns.map(({ type }, i) => mark(i, type.bulk.parameter))
    const names = raw(columns.map((_, i) => `e${i}`).join(', '))
    const values = raw(columns.map(({ type }, i) => `u.e${i}${type.bulk.element} as k${i}`).join(', '))
    const keys = raw(columns.map((_, i) => `i.k${i}`).join(', '))
    const same = raw(columns.map(({ sql: name }, i) => `t.${name} = i.k${i}`).join(' and '))
    return template(
      plan,
      sql`select ordinal from (
        select i.ordinal, row_number() over (partition by ${keys} order by i.ordinal) as nth,
          exists (select from ${raw(plan.table.sql.table)} t where ${same}) as taken
        from (select u.ordinal, ${values} from unnest(${joinSql(arrays)}) with ordinality as u (${names}, ordinal)) i
        where (${keys}) is not null
      ) c where c.nth > 1 or c.taken order by ordinal limit 1`,
    )
  })
}

function findRepetition(plan: WritePlan, batch: StagedBatch, columns: readonly WriteColumn[]): number | undefined {
  const seen = new Set<string>()
  for (let position = 0; position < batch.indexes.length; position += 1) {
    const key = keyText(plan, batch, columns, position)
    if (seen.has(key)) return position
    seen.add(key)
  }
  return undefined
}

/** The position of the first row of a refused batch whose key a row of an earlier batch of the same call has. */
export async function findEarlier(
  plan: WritePlan,
  batches: AsyncIterable<StagedBatch>,
  refused: StagedBatch,
  error: DatabaseError,
): Promise<number | undefined> {
  const columns = error.constraint === undefined ? [] : keyColumns(plan, error.constraint)
  if (columns.length === 0) return undefined
  const positions = new Map(refused.indexes.map((_, position) => [keyText(plan, refused, columns, position), position]))
  let first: number | undefined
  for await (const batch of batches) {
    if (batch.indexes[0] === refused.indexes[0]) break
    for (let position = 0; position < batch.indexes.length; position += 1) {
      const found = positions.get(keyText(plan, batch, columns, position))
      if (found !== undefined && (first === undefined || found < first)) first = found
    }
  }
  return first
}

function keyText(plan: WritePlan, batch: StagedBatch, columns: readonly WriteColumn[], position: number): string {
  return JSON.stringify(columns.map((column) => String(batch.values[plan.columns.indexOf(column)]?.[position])))
}
