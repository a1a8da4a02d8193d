import { columnScope } from '../expr/column-scope.ts'
import type { ExprNode } from '../expr/node.ts'
import { toNode } from '../expr/to-node.ts'
import { collectQuery, countQuery, streamQuery } from '../query/execute-query.ts'
import { explainQuery } from '../query/explain-query.ts'
import { pageQuery } from '../query/page-query.ts'
import { createFrom, type QueryRunner } from '../query/query-builder.ts'
import { scopeColumns } from '../schema/computed-spec.ts'
import type { AnyTable } from '../schema/table.ts'
import { specOfTable } from '../schema/table-value.ts'
import { batchUpdateRows } from '../store/batch-update-rows.ts'
import type { StoreContext } from '../store/context.ts'
import { deleteRows } from '../store/delete-rows.ts'
import { insertRows } from '../store/insert-rows.ts'
import { updateRows } from '../store/update-rows.ts'
import type { RowAccess } from './cellar.ts'

type Callback = (scope: never) => unknown
type Options = Readonly<Record<string, unknown>> & { readonly where?: Callback }

/** The rows of a database, or of an open transaction when the context has a session. */
export function createRowAccess(context: StoreContext): RowAccess {
  const runner: QueryRunner = {
    collect: (spec, options) => collectQuery(context, spec, options),
    count: (spec, options) => countQuery(context, spec, options),
    stream: (spec, options) => streamQuery(context, spec, options),
    page: (spec, options) => pageQuery(context, spec, options),
    explain: (spec, options) => explainQuery(context, spec, options),
  }
  const access = {
    from: createFrom(runner),
    insert: (table: AnyTable, rows: unknown, options?: object) => insertRows(context, table, rows, options),
    update: (table: AnyTable, changes: object | Callback, options?: Options) =>
      updateRows(context, table, changesOf(table, changes), withCondition(table, options)),
    batchUpdate: (table: AnyTable, rows: readonly Readonly<Record<string, unknown>>[], options?: object) =>
      batchUpdateRows(context, table, rows, options),
    delete: (table: AnyTable, options?: Options) => deleteRows(context, table, withCondition(table, options)),
  }
  // The precise signatures are the interface's; here rows are records of values.
  return access as unknown as RowAccess
}

const scopeOf = (table: AnyTable) => columnScope(scopeColumns(specOfTable(table))) as never

/** The options with the condition as a node. */
export function withCondition(table: AnyTable, options: Options = {}): object & { readonly where?: ExprNode } {
  const { where, ...rest } = options
  return where === undefined ? rest : { ...rest, where: toNode(where(scopeOf(table))) }
}

function changesOf(table: AnyTable, changes: object | Callback): Readonly<Record<string, unknown>> {
  return (typeof changes === 'function' ? changes(scopeOf(table)) : changes) as Readonly<Record<string, unknown>>
}
