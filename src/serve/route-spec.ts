import type { Context } from 'hono'
import type { Cellar } from '../cellar/cellar.ts'
import type { ExprNode } from '../expr/node.ts'
import type { Source } from '../expr/source.ts'
import type { QueryDefinitionSpec } from '../query/query-spec.ts'
import type { AnyTable } from '../schema/table.ts'
import type { TableSpec } from '../schema/table-spec.ts'
import type { ColumnSpec } from '../types/column-spec.ts'
import type { ColumnType } from '../types/column-type.ts'
import type { JsonObject } from '../util/json.ts'
import type { RateLimit } from './limits/rate-limit.ts'
import type { PathPattern } from './path-pattern.ts'
import type { Method, OnError } from './route-types.ts'

/** Why a value is not taken; the message continues the name of its field. */
export interface Violation {
  readonly message: string
  readonly code: string
}

/** What a route asks of an input beside its type. */
export interface Constraint {
  /** The same in the words of JSON Schema. */
  readonly schema: JsonObject
  check(value: unknown): Violation | undefined
}

/** A field of a route's input. */
export interface InputField {
  readonly name: string
  readonly column: ColumnSpec
  /** Where it is read from. */
  readonly source: 'path' | 'body' | 'upload'
  /** A request has to give it. */
  readonly required: boolean
  /** `null` is a value for it. */
  readonly nullable: boolean
  /** Value for requests that leave it out; `hasDefault` tells an absent default from an undefined one. */
  readonly hasDefault: boolean
  readonly defaultValue?: unknown
  readonly constraint?: Constraint
}

/** A column of a route's output. */
export interface OutputField {
  readonly name: string
  readonly type: ColumnType
  readonly nullable: boolean
  readonly comment?: string
}

export type Handler = (result: unknown, context: { http: Context; cellar: Cellar }) => unknown
export type SetValue = (c: Context) => unknown

interface CommonSpec {
  readonly method: Method
  readonly pattern: PathPattern
  readonly inputs: readonly InputField[]
  /** Fields given by the server: values by name. */
  readonly set: Readonly<Record<string, SetValue>>
  readonly outputs: readonly OutputField[]
  readonly background: boolean
  /** Answers with the bytes of its one media output. */
  readonly returnFile: boolean
  readonly public: boolean
  readonly handler?: Handler
  /** Milliseconds. */
  readonly timeout?: number
  readonly rateLimit?: RateLimit
  readonly summary?: string
  readonly description?: string
}

export interface RowRouteSpec extends CommonSpec {
  readonly kind: 'insert' | 'update' | 'upsert' | 'compute'
  readonly table: AnyTable
  readonly tableSpec: TableSpec
  /** What a failing cell does; left out, what its column declares. `caller` lets requests choose. */
  readonly onError?: OnError
}

export interface DeleteRouteSpec extends CommonSpec {
  readonly kind: 'delete'
  readonly table: AnyTable
  readonly tableSpec: TableSpec
}

export interface QueryRouteSpec extends CommonSpec {
  readonly kind: 'query'
  readonly definition: QueryDefinitionSpec
  readonly oneRow: boolean
  /** Undefined where the answer is one row or a file. */
  readonly pages?: PageWords
}

/** The rows of a table, filtered and sorted as a request says. */
export interface ListRouteSpec extends CommonSpec {
  readonly kind: 'list'
  readonly table: AnyTable
  readonly tableSpec: TableSpec
  readonly filters: readonly ListFilter[]
  /** Columns that a request can sort by. */
  readonly sorts: readonly string[]
  readonly pages: PageWords
}

/** A condition that a request can set on a column: `stars.gte=3`. */
export interface ListFilter {
  /** What the request says it with. */
  readonly name: string
  /** Of the value. */
  readonly type: ColumnType
  readonly condition: (source: Source) => ExprNode
}

/** Which words of paging are inputs of the route; those that the query declares are its own. */
export interface PageWords {
  readonly limit: boolean
  readonly after: boolean
}

/** A declared route: frozen, checked data. */
export type RouteSpec = RowRouteSpec | DeleteRouteSpec | QueryRouteSpec | ListRouteSpec

/** How messages name a route: `addInsertRoute POST /photos`. */
export const routeTitle = (kind: string, method: string, path: unknown): string =>
  kind === 'table' || kind === 'list'
    ? `addTableRoutes ${String(path)}`
    : `add${kind.charAt(0).toUpperCase()}${kind.slice(1)}Route ${method.toUpperCase()} ${String(path)}`

/**
 * Whether the route takes a list of rows. A path parameter names one row, and a file is the answer for one; a query has
 * one set of parameters.
 */
export const takesRows = (spec: RouteSpec): boolean =>
  spec.kind !== 'query' &&
  spec.kind !== 'list' &&
  !spec.returnFile &&
  spec.pattern.parameters.length === 0 &&
  spec.method !== 'get'
