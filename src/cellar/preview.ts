import type { CellPlan } from '../compute/cell-plan.ts'
import { expressionName, planExpressions } from '../compute/plan-cells.ts'
import { CellarError } from '../errors/cellar-error.ts'
import { columnRefNode } from '../expr/column-ref-node.ts'
import { columnScope } from '../expr/column-scope.ts'
import type { ExprNode } from '../expr/node.ts'
import { toNode } from '../expr/to-node.ts'
import { columnsOf } from '../expr/walk.ts'
import { mediaUpsert } from '../media/media-upsert.ts'
import { collectQuery, countQuery } from '../query/execute-query.ts'
import { type QuerySpec, selectFrom } from '../query/query-spec.ts'
import { scopesOf } from '../query/scopes.ts'
import { tableSource } from '../query/sources.ts'
import { scopeColumns } from '../schema/computed-spec.ts'
import { foreignReason, ownColumns } from '../schema/own-columns.ts'
import type { Row } from '../schema/row-codec.ts'
import type { AnyTable } from '../schema/table.ts'
import type { TableSpec } from '../schema/table-spec.ts'
import { specOfTable } from '../schema/table-value.ts'
import type { StoreContext } from '../store/context.ts'
import { types } from '../types/kinds.ts'

/** What an expression comes to for one row. */
export interface PreviewRow<V, I = Readonly<Record<string, unknown>>> {
  /** The columns that the expression reads. */
  readonly inputs: I
  /** Null where it failed. */
  readonly value: V | null
  readonly error?: { readonly code: string; readonly message: string; readonly retryable: boolean }
  readonly milliseconds: number
}

export interface Preview<V, I = Readonly<Record<string, unknown>>> {
  readonly rows: PreviewRow<V, I>[]
  /** Rows of the whole table. */
  readonly total: number
  /** For the whole table, one row after another: the median times `total`. */
  readonly estimatedMilliseconds: number
}

interface PreviewOptions {
  readonly rows?: number
  readonly where?: (scope: never) => unknown
  readonly signal?: AbortSignal
}

const ROWS = 5
const MAX_ROWS = 1000

/** Evaluates an expression as a computed column would, row by row so that each is timed. */
export async function previewExpression(
  context: StoreContext,
  table: AnyTable,
  expression: (scope: never) => unknown,
  { rows: limit = ROWS, where, signal }: PreviewOptions = {},
): Promise<Preview<unknown>> {
  if (!(Number.isInteger(limit) && limit >= 1 && limit <= MAX_ROWS)) {
    const reason = `rows is a whole number from 1 to ${MAX_ROWS}, not ${String(limit)}`
    throw new CellarError('INVALID_VALUE', { subject: 'A preview', reason })
  }
  const spec = specOfTable(table)
  const scope = columnScope(scopeColumns(spec)) as never
  const node = toNode(expression(scope))
  const reason = foreignReason(spec, node)
  if (reason) throw new CellarError('INVALID_DECLARATION', { subject: `a preview of table ${spec.path}`, reason })
  const all = selectFrom(tableSource(table))
  const condition = where && toNode(where(scopesOf(all)[0] as never))
  const options = signal ? { signal } : {}
  const inputs = await collectQuery(context, firstRows({ ...all, where: condition }, spec, node, limit), options)
  const total = await countQuery(context, all, options)
  const plan = planExpressions([ownColumns(node)], `table ${spec.path}`)
  const rows: PreviewRow<unknown>[] = []
  for (const row of inputs) rows.push(await previewRow(context, plan, row, options))
  return { rows, total, estimatedMilliseconds: total * median(rows.map(({ milliseconds }) => milliseconds)) }
}

/** The columns that the expression reads, of the rows that were inserted first. */
function firstRows(query: QuerySpec, spec: TableSpec, node: ExprNode, limit: number): QuerySpec {
  const { source } = query.from
  const columns = scopeColumns(spec)
  const select = [...columnsOf(node)].flatMap((name) => {
    const column = columns[name]
    return column ? [[name, columnRefNode(name, column, null, source)] as const] : []
  })
  const rowid = columnRefNode('_rowid', { type: types.int, nullable: false }, null, source)
  return Object.freeze({
    ...query,
    select: Object.fromEntries([...select, ['_rowid', rowid]]),
    order: [{ node: rowid, direction: 'asc' as const }],
    limit: toNode(limit, types.int),
  })
}

async function previewRow(
  context: StoreContext,
  plan: CellPlan,
  { _rowid, ...inputs }: Row,
  options: { readonly signal?: AbortSignal },
): Promise<PreviewRow<unknown>> {
  const row: Row = { ...inputs }
  const began = performance.now()
  const { errors, media } = await context.engine.run(plan, [row], { ...options, onError: 'store' })
  const milliseconds = performance.now() - began
  // Nothing refers to them, so they are collected in time.
  const stored = [...media.values()].flat()
  if (stored.length > 0) await context.database.execute(mediaUpsert(stored))
  const value = row[expressionName(0)] ?? null
  const [failure] = errors
  if (!failure) return { inputs, value, milliseconds }
  const { code, message, retryable } = failure
  return { inputs, value, error: { code, message, retryable }, milliseconds }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const [low, high] = [sorted[Math.ceil(sorted.length / 2) - 1] ?? 0, sorted[middle] ?? 0]
  return (low + high) / 2
}
