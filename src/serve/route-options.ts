import type { Context, Env } from 'hono'
import type { Cellar } from '../cellar/cellar.ts'
import type { ColumnOf } from '../schema/table.ts'
import type { Columns } from '../types/column.ts'
import type { ConstraintsOf } from './constraint-types.ts'
import type { RateLimit } from './limits/rate-limit.ts'
import type { Method } from './route-types.ts'

/** What a handler gets beside the result. */
export interface HandlerContext<E extends Env> {
  /** The request. */
  readonly http: Context<E>
  /** The open database. */
  readonly cellar: Cellar
}

/** `P` path, `Out` the route's result, `B` background. */
export interface RouteOptions<P, Out, B, E extends Env> {
  /** Starts with `/`; `:name` binds an input. */
  readonly path: P
  /**
   * Shapes the result. It runs after the cells are computed and before the write is sent: if it throws, nothing is
   * written. For a list it runs for each row, in order. Not for background routes.
   */
  readonly handler?: (result: Out, context: HandlerContext<E>) => Out | Promise<Out>
  /** Answers 202 with a job instead of the result. @default false */
  readonly background?: B
  /** Anyone may call it, also from another machine. @default false */
  readonly public?: boolean
  readonly summary?: string
  readonly description?: string
  /** Milliseconds until it answers 503 and what it does is cancelled. @default the router's */
  readonly timeout?: number
  /** How often a caller may call it, instead of the router's limit. */
  readonly rateLimit?: RateLimit<E>
}

/** `I` inputs, `U` uploads, `O` outputs; a column of the table stands for its name. */
interface ColumnNames<T extends string, I, U, O> {
  /** Fields taken from the body. @default every column that can be written */
  readonly inputs?: readonly (I | ColumnOf<T, I>)[]
  /** Fields taken as files of a multipart form; media and binary columns only. */
  readonly uploadInputs?: readonly (U | ColumnOf<T, U>)[]
  /** Columns of the answer. @default every column */
  readonly outputs?: readonly (O | ColumnOf<T, O>)[]
}

interface QueryNames<I, U, O> {
  /** Parameters taken from the body or the query string. @default all */
  readonly inputs?: readonly I[]
  /** Parameters taken as files of a multipart form; media and binary only. */
  readonly uploadInputs?: readonly U[]
  /** Columns of the answer. @default every column of the result */
  readonly outputs?: readonly O[]
}

/** `S` set by the server, `D` with defaults. */
interface InputOptions<C extends Columns, S extends keyof C, D extends keyof C, E extends Env> {
  /** Values that the server gives; they are not part of the route's input. */
  readonly set?: { readonly [K in S]: (c: Context<E>) => C[K]['~in'] | Promise<C[K]['~in']> }
  /** What is asked of inputs beside their type; a value that does not comply is 422. Null always does. */
  readonly constraints?: { readonly [K in keyof C]?: ConstraintsOf<C[K]['~expr']> }
  /** Values for inputs that a request leaves out. */
  readonly defaults?: { readonly [K in D]: C[K]['~in'] }
}

/** Of the routes that write or compute rows. */
interface CellOptions<X> {
  /**
   * What a failing cell does: fail the request, or be stored and answered as null. With `caller` requests choose by
   * `?onError=`. Left out, it is what the column declares.
   */
  readonly onError?: X
}

export interface InsertRouteOptions<
  C extends Columns,
  P,
  I,
  U,
  O,
  S extends keyof C,
  D extends keyof C,
  B,
  F,
  X,
  Out,
  E extends Env,
  T extends string = string,
> extends RouteOptions<P, Out, B, E>,
    ColumnNames<T, I, U, O>,
    InputOptions<C, S, D, E>,
    CellOptions<X> {
  /** Answers with the bytes of the one media output. @default false */
  readonly returnFile?: F
}

/** Of the routes that find their row by the primary key: updates and upserts. */
export interface UpdateRouteOptions<
  C extends Columns,
  P,
  I,
  U,
  O,
  S extends keyof C,
  M extends Method,
  B,
  F,
  X,
  Out,
  E extends Env,
  T extends string = string,
> extends RouteOptions<P, Out, B, E>,
    ColumnNames<T, I, U, O>,
    Omit<InputOptions<C, S, never, E>, 'defaults'>,
    CellOptions<X> {
  /** @default 'post' */
  readonly method?: M
  readonly returnFile?: F
}

export interface DeleteRouteOptions<P, K, M extends Method, B, E extends Env = Env, T extends string = string> {
  readonly path: P
  /** Columns that name the rows, all compared by equality. @default the primary key */
  readonly matchColumns?: readonly (K | ColumnOf<T, K>)[]
  /** @default 'post' */
  readonly method?: M
  readonly background?: B
  readonly public?: boolean
  readonly summary?: string
  readonly description?: string
  readonly timeout?: number
  readonly rateLimit?: RateLimit<E>
}

export interface QueryRouteOptions<
  C extends Columns,
  P,
  I,
  U,
  O,
  S extends keyof C,
  D extends keyof C,
  One,
  M extends Method,
  B,
  F,
  Out,
  E extends Env,
> extends RouteOptions<P, Out, B, E>,
    QueryNames<I, U, O>,
    InputOptions<C, S, D, E> {
  /** Answers with the one row, 404 without one, 409 with several. @default false */
  readonly oneRow?: One
  /** @default 'post' */
  readonly method?: M
  readonly returnFile?: F
}

/** `P` path, `K` path of the key, `N` names of routes, `I` inputs, `U` uploads, `O` outputs, `F` filters, `S` set, `D` defaults. */
export interface TableRoutesOptions<
  C extends Columns,
  P,
  K,
  N,
  I,
  U,
  O,
  F,
  S extends keyof C,
  D extends keyof C,
  E extends Env,
  T extends string = string,
> extends InputOptions<C, S, D, E>,
    ColumnNames<T, I, U, O> {
  /** Where the list is and rows are inserted; starts with `/`. */
  readonly path: P
  /** Where a row is, below the path. @default the primary key, as in `/:id` */
  readonly keyPath?: K
  /** Leaves out the others. @default all five */
  readonly only?: readonly N[]
  /** Columns that the list can be filtered and sorted by. @default every column whose values have an order */
  readonly filters?: readonly F[]
  /** Anyone may use them, also from another machine. Needed where the router has no `auth`. @default false */
  readonly public?: boolean
}
