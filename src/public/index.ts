/**
 * Multimodal tables that compute themselves: declare tables, functions and queries; open a database; write and read rows.
 *
 * @example
 * const notes = defineTable('notes', { id: t.int().primaryKey(), text: t.string() })
 * const cellar = await open()
 * await cellar.apply([notes])
 * await cellar.insert(notes, [{ id: 1, text: 'hello' }])
 *
 * @module
 */
export type { Change, ChangeKind, Plan } from '../catalog/changes.ts'
export type { Applied, ApplyOptions, Cellar, RowAccess, TransactionOptions } from '../cellar/cellar.ts'
export { type OpenOptions, open } from '../cellar/open.ts'
export type { Preview, PreviewRow } from '../cellar/preview.ts'
export type { RowWriteOptions, WriteOptions, Written } from '../cellar/results.ts'
export { CellarError, type Issue, isCellarError } from '../errors/cellar-error.ts'
export type { ErrorCode } from '../errors/codes.ts'
export {
  all,
  any,
  count,
  denseRank,
  first,
  lag,
  last,
  lead,
  list,
  max,
  mean,
  min,
  rank,
  rowNumber,
  stddev,
  sum,
} from '../expr/aggregate-functions.ts'
export { caseWhen } from '../expr/case-when.ts'
export { cast } from '../expr/cast.ts'
export { coalesce } from '../expr/coalesce.ts'
export { concat } from '../expr/concat.ts'
export { type CellarAggregate, defineAggregate } from '../expr/define-aggregate.ts'
export { defineFunction } from '../expr/define-function.ts'
export { type CellarIterator, defineIterator, type IteratorRows } from '../expr/define-iterator.ts'
export { greatest, least } from '../expr/extremes.ts'
export { format } from '../expr/format.ts'
export { type JsonOf, json, parseJson } from '../expr/json.ts'
export { exists, scalar } from '../expr/subqueries.ts'
export { fromEpoch, makeDate, makeTimestamp, parseDate, parseTimestamp } from '../expr/times.ts'
export type { AggregateSpec } from '../func/aggregate-definition.ts'
export type { FunctionContext } from '../func/function-context.ts'
export type { CellarFunction, DirectOptions, DirectResult, FunctionSpec } from '../func/function-spec.ts'
export type { IteratedRows, IteratorRow, IteratorSpec, YieldedRow } from '../func/iterator-definition.ts'
export { lookup } from '../query/lookup.ts'
export type {
  ExplainedStep,
  Explanation,
  From,
  Page,
  PageOptions,
  Params,
  Query,
  QueryDefinition,
  RunOptions,
  SampleOptions,
} from '../query/query.ts'
export { defineQuery, type QueryDefinitionOptions } from '../query/query-definition.ts'
export { asFunction, type TableFunction } from '../schema/as-function.ts'
export { defineTable } from '../schema/define-table.ts'
export type { InsertOf, UpdateOf } from '../schema/row-types.ts'
export type { RowOf } from '../schema/scope.ts'
export type { AnyTable, Table, TableOptions } from '../schema/table.ts'
export type { Progress } from '../store/write-options.ts'
export type { WriteError } from '../store/write-result.ts'
export type { Aggregated, OrderedOptions, Over, Summable, WindowOptions } from '../types/aggregates.ts'
export type { AnyColumn, Column, Columns, KeyColumn, ScalarColumn } from '../types/column.ts'
export type { ColumnTypes } from '../types/column-types.ts'
export type {
  AnyExpr,
  ArrayExpr,
  AudioExpr,
  BigIntExpr,
  BinaryExpr,
  BoolExpr,
  CellInfo,
  DateExpr,
  DecimalExpr,
  DocumentExpr,
  Expr,
  ImageExpr,
  JsonExpr,
  NumExpr,
  OrderTerm,
  Scope,
  SubQuery,
  TextExpr,
  TimestampExpr,
  UuidExpr,
  VectorExpr,
  VideoExpr,
} from '../types/expr.ts'
export { type Generator, now, uuid4, uuid7 } from '../types/generators.ts'
export type { Media } from '../types/media.ts'
export type { MediaInput, Upload } from '../types/media-input.ts'
export { t } from '../types/t.ts'
export type { NormalizationForm, Pattern } from '../types/text-methods.ts'
export type {
  DateDuration,
  DateParts,
  DateUnit,
  Duration,
  TimeParts,
  TimeUnit,
  ZonedTimestamp,
} from '../types/time-methods.ts'
