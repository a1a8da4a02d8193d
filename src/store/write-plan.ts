import type { CatalogTable, Declaration } from '../catalog/catalog.ts'
import type { CellPlan } from '../compute/cell-plan.ts'
import { planCells } from '../compute/plan-cells.ts'
import { quoteIdentifier } from '../database/identifier.ts'
import { lookupColumns, momentColumn } from '../schema/lookups.ts'
import { createRowDecoder, type RowDecoder } from '../schema/row-codec.ts'
import type { TableSpec } from '../schema/table-spec.ts'
import type { ColumnSpec } from '../types/column-spec.ts'
import type { ColumnType } from '../types/column-type.ts'
import { types } from '../types/kinds.ts'
import { type Fragment, raw } from '../util/sql.ts'
import type { StoreContext } from './context.ts'

export interface WriteColumn {
  readonly name: string
  /** Quoted. */
  readonly sql: string
  readonly type: ColumnType
  /** Undefined for computed columns. */
  readonly spec: ColumnSpec | undefined
}

/** What writing to a table needs to know of it, worked out once per definition. */
export interface WritePlan {
  readonly table: CatalogTable
  readonly spec: TableSpec
  /** A condition that every statement carries which writes rows: it refuses to when the plan is outdated. */
  readonly fence: Fragment
  /** Columns that a writer can give, in the order of declaration. */
  readonly inputs: readonly WriteColumn[]
  /** All columns in the order of declaration. */
  readonly columns: readonly WriteColumn[]
  readonly byName: ReadonlyMap<string, WriteColumn>
  /** For each computed column that looks up other tables, the one that keeps when it did. */
  readonly moments: ReadonlyMap<string, WriteColumn>
  /** What a row consists of in the database: `columns`, then `moments`. */
  readonly stored: readonly WriteColumn[]
  readonly key: readonly WriteColumn[]
  readonly computed: readonly string[]
  readonly media: readonly WriteColumn[]
  /** The cells of a new row that are done before it is written. */
  readonly eager: CellPlan
  /** Computed columns that a new row has pending. */
  readonly pending: readonly string[]
  readonly history: boolean
  readonly decoder: RowDecoder
  /** Things derived from the plan by other files: statements, mostly. */
  readonly derived: Map<string, unknown>
}

/** By whether the statements run in a transaction that sees an old state of the database. */
const plans = { alone: new WeakMap<CatalogTable, WritePlan>(), snapshot: new WeakMap<CatalogTable, WritePlan>() }

export async function writePlan(context: StoreContext, table: Declaration): Promise<WritePlan> {
  const { session } = context
  if (session) return planOf(await context.catalog.resolve(table, { session }), 'snapshot')
  return planOf(await context.catalog.resolve(table))
}

export function planOf(table: CatalogTable, kind: keyof typeof plans = 'alone'): WritePlan {
  const known = plans[kind].get(table)
  if (known) return known
  const plan = createPlan(table, kind)
  // A function that is missing now may be loaded later.
  if (plan.eager.unavailable.length === 0) plans[kind].set(table, plan)
  return plan
}

/** Made on first use and kept with the plan. */
export function derive<T>(plan: WritePlan, key: string, make: () => T): T {
  const known = plan.derived.get(key)
  if (known !== undefined) return known as T
  const made = make()
  plan.derived.set(key, made)
  return made
}

function createPlan(table: CatalogTable, kind: keyof typeof plans): WritePlan {
  const { spec } = table
  const columns = spec.order.map((name) => columnOf(spec, name))
  const byName = new Map(columns.map((column) => [column.name, column]))
  const inputs = columns.filter((column) => column.spec !== undefined)
  const eager = planCells(spec)
  const done = new Set(eager.outputs.map((output) => output.name))
  const moments = new Map(lookupColumns(spec).map((name) => [name, momentOf(name)]))
  const computed = columns.filter((column) => column.spec === undefined).map((column) => column.name)
  return {
    table,
    spec,
    fence: raw(kind === 'snapshot' ? table.sql.fenceInSnapshot : table.sql.fence),
    inputs,
    columns,
    byName,
    moments,
    stored: [...columns, ...moments.values()],
    key: spec.primaryKey.map((name) => byName.get(name)).filter((column) => column !== undefined),
    computed,
    media: inputs.filter((column) => column.type.media),
    eager,
    pending: computed.filter((name) => !done.has(name)),
    history: spec.history !== false,
    decoder: createRowDecoder(columns),
    derived: new Map(),
  }
}

function momentOf(column: string): WriteColumn {
  const name = momentColumn(column)
  return { name, sql: quoteIdentifier(name), type: types.string, spec: undefined }
}

function columnOf(spec: TableSpec, name: string): WriteColumn {
  const plain = spec.columns[name]
  const type = (plain ?? (spec.computed[name] as { type: ColumnType })).type
  return { name, sql: quoteIdentifier(name), type, spec: plain }
}
