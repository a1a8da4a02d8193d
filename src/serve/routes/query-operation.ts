import { CellarError } from '../../errors/cellar-error.ts'
import { literalNode } from '../../expr/literal-node.ts'
import { conjunctsOf } from '../../query/conditions.ts'
import type { QuerySpec } from '../../query/query-spec.ts'
import { lonelyTable } from '../../query/sources.ts'
import type { CodecColumn } from '../../schema/row-codec.ts'
import { specOfTable } from '../../schema/table-value.ts'
import { makeDefault } from '../../types/column-spec.ts'
import { types } from '../../types/kinds.ts'
import { Lazy } from '../lazy.ts'
import { writeRawRows } from '../respond/raw-writer.ts'
import { compileRowWriter } from '../respond/row-writer.ts'
import type { QueryRouteSpec } from '../route-spec.ts'
import type { Operation, OperationCall } from './operation.ts'
import { shapeResult } from './shape-result.ts'

const lookups = new Lazy(() => import('../../query/key-lookup.ts'))
const readers = new Lazy(() => import('../../query/read-raw.ts'))

export function compileQueryOperation(spec: QueryRouteSpec): Operation {
  const write = compileRowWriter(spec.outputs)
  const query = spec.oneRow || spec.returnFile ? oneRowMore(spec.definition.query) : spec.definition.query
  const fill = compileDefaults(spec)
  /** The rows of a list go out as Postgres wrote them, unless somebody wants to see them first. */
  const passesOn = !spec.oneRow && !spec.returnFile && !spec.handler && !readsByKey(query)
  const isAnswer = compileSameColumns(spec)
  const inputOf = ({ values, signal }: OperationCall) => ({ parameters: fill(values), signal })
  return async (call) => {
    if (passesOn && call.http) {
      const { readRaw } = readers.now ?? (await readers.load())
      const found = await readRaw(call.binding.context, query, inputOf(call))
      if (found && isAnswer(found.columns)) return { body: writeRawRows(found.columns, found.rows, call.mediaUrl) }
    }
    const { collectShared } = lookups.now ?? (await lookups.load())
    const rows = await collectShared(call.binding.context, query, inputOf(call))
    const written =
      spec.oneRow || spec.returnFile
        ? write(onlyRow(spec, rows), call.mediaUrl)
        : { rows: rows.map((row) => write(row, call.mediaUrl)) }
    return { body: spec.handler ? await shapeResult(spec.handler, written, call) : written }
  }
}

/** A route may answer with some of the selected columns, or in another order. */
function compileSameColumns({ outputs }: QueryRouteSpec): (columns: readonly CodecColumn[]) => boolean {
  let same: readonly CodecColumn[] | undefined
  return (columns) => {
    if (columns === same) return true
    if (columns.length !== outputs.length || outputs.some(({ name }, i) => columns[i]?.name !== name)) return false
    same = columns
    return true
  }
}

function onlyRow<T>(spec: QueryRouteSpec, rows: readonly T[]): T {
  const [row] = rows
  const { name } = spec.definition
  if (row === undefined) throw new CellarError('ROW_NOT_FOUND', { table: name, key: 'these values' })
  if (rows.length > 1) throw new CellarError('SEVERAL_ROWS', { subject: name })
  return row
}

/** At most one row more is read than is answered with. A query by the whole primary key reads one anyway. */
function oneRowMore(query: QuerySpec): QuerySpec {
  const fixed = query.limit?.kind === 'literal' ? Number(query.limit.value) : undefined
  if ((query.limit !== undefined && fixed === undefined) || readsByKey(query)) return query
  return Object.freeze({ ...query, limit: literalNode(Math.min(fixed ?? 2, 2), types.int) })
}

function readsByKey(query: QuerySpec): boolean {
  const table = lonelyTable(query)
  if (!table) return false
  const { primaryKey } = specOfTable(table)
  const compared = new Set<string>()
  for (const node of conjunctsOf(query.where)) {
    if (node.kind !== 'operation' || node.operation !== 'eq') continue
    const fixed = node.operands.some((operand) => operand.kind === 'parameter' || operand.kind === 'literal')
    for (const operand of node.operands) if (fixed && operand.kind === 'column-ref') compared.add(operand.column)
  }
  return primaryKey.length > 0 && primaryKey.every((column) => compared.has(column))
}

/** Parameters that the request left out: their default, else null. */
function compileDefaults(spec: QueryRouteSpec): (values: Record<string, unknown>) => Record<string, unknown> {
  const optional = Object.entries(spec.definition.parameters).filter(
    ([, { nullable, default: value }]) => nullable || value,
  )
  if (optional.length === 0) return (values) => values
  return (values) => {
    for (const [name, parameter] of optional) {
      if (values[name] !== undefined) continue
      values[name] = parameter.default === undefined ? null : makeDefault(parameter)
    }
    return values
  }
}
