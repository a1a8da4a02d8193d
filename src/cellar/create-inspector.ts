import { CellarError } from '../errors/cellar-error.ts'
import { columnScope } from '../expr/column-scope.ts'
import type { ExprNode } from '../expr/node.ts'
import { toNode } from '../expr/to-node.ts'
import { combineConditions } from '../query/conditions.ts'
import { collectQuery, countQuery } from '../query/execute-query.ts'
import { type QuerySpec, selectFrom } from '../query/query-spec.ts'
import { tableSource } from '../query/sources.ts'
import { scopeColumns } from '../schema/computed-spec.ts'
import type { Row } from '../schema/row-codec.ts'
import type { TableSpec } from '../schema/table-spec.ts'
import { tableFromSpec } from '../schema/table-value.ts'
import type { StoreContext } from '../store/context.ts'
import { describeIssues, issuesAt } from '../types/invalid-value.ts'
import { types } from '../types/kinds.ts'
import { cellErrorsOf, countCells } from './cell-errors.ts'
import { describeColumns } from './describe-columns.ts'
import { diagnose } from './diagnose.ts'
import type { CellErrorDescription, Inspector, JsonRow } from './inspector.ts'

const ROWS = 20
const ERRORS = 50

export function createInspector(context: StoreContext): Inspector {
  const { catalog, database, jobs } = context
  return {
    async describe(path) {
      const table = await catalog.get(path)
      const { spec } = table
      const [rows, cells] = await Promise.all([countQuery(context, readAll(spec)), countCells(context, table)])
      const { comment } = spec
      return {
        path,
        columns: describeColumns(spec),
        rows,
        cells,
        history: spec.history,
        ...(comment === undefined ? {} : { comment }),
      }
    },
    async rows(path, { limit = ROWS, offset = 0, columns } = {}) {
      const { spec } = await catalog.get(path)
      const query = { ...readAll(spec), limit: toNode(limit, types.int), offset: toNode(offset, types.int) }
      const select = columns && selectColumns(spec, columns)
      const found = await collectQuery(context, select ? { ...query, select } : query)
      return found.map((row) => toJsonRow(spec, row))
    },
    async row(path, key) {
      const { spec } = await catalog.get(path)
      const [found] = await collectQuery(context, { ...readAll(spec), where: keyCondition(spec, key) })
      return found && toJsonRow(spec, found)
    },
    async count(path) {
      return countQuery(context, readAll((await catalog.get(path)).spec))
    },
    async cellErrors({ path, limit = ERRORS } = {}) {
      const tables = path === undefined ? await catalog.list() : [await catalog.get(path)]
      const found: CellErrorDescription[] = []
      for (const table of tables) {
        if (found.length < limit) found.push(...(await cellErrorsOf(context, table, limit - found.length)))
      }
      return found
    },
    jobs: (options = {}) => jobs.list(options),
    job: async (id) => (isUuid(id) ? jobs.get(id) : undefined),
    cancelJob: async (id) => (isUuid(id) ? jobs.cancel(id) : undefined),
    retryJob: async (id) => (isUuid(id) ? jobs.retry(id) : undefined),
    doctor: () => diagnose(context, database),
  }
}

const isUuid = (id: string): boolean => /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)

function readAll(spec: TableSpec): QuerySpec {
  return selectFrom(tableSource(tableFromSpec(spec)))
}

function selectColumns(spec: TableSpec, names: readonly string[]): Record<string, ExprNode> {
  const scope = columnScope(scopeColumns(spec))
  const unknown = names.find((name) => !spec.order.includes(name))
  if (unknown !== undefined) {
    throw new CellarError('UNKNOWN_COLUMN', { subject: spec.path, column: unknown, known: spec.order.join(', ') })
  }
  return Object.fromEntries(names.map((name) => [name, toNode(scope[name])]))
}

function keyCondition(spec: TableSpec, key: readonly string[]): ExprNode | undefined {
  const names = spec.primaryKey
  if (names.length === 0 || names.length !== key.length) {
    const wanted = names.length === 0 ? 'no primary key' : `the key (${names.join(', ')})`
    throw new CellarError('INVALID_VALUE', { subject: spec.path, reason: `it has ${wanted}; ${key.length} given` })
  }
  const scope = columnScope(scopeColumns(spec)) as unknown as Record<string, { eq(value: unknown): unknown }>
  return names.reduce<ExprNode | undefined>((condition, name, index) => {
    const value = parseKeyPart(spec, name, key[index] ?? '')
    return combineConditions(condition, toNode(scope[name]?.eq(value)))
  }, undefined)
}

function parseKeyPart(spec: TableSpec, name: string, text: string): unknown {
  try {
    return spec.columns[name]?.type.parseText(text)
  } catch (error) {
    const issues = issuesAt(error, name)
    const details = { subject: `The key of ${spec.path}`, reason: describeIssues(issues) }
    throw new CellarError('INVALID_VALUE', details, { issues })
  }
}

function toJsonRow(spec: TableSpec, row: Row): JsonRow {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => {
      const type = spec.columns[name]?.type ?? spec.computed[name]?.type
      return [name, value === null || type === undefined ? value : type.toWire(value)]
    }),
  )
}
