import type { Env } from 'hono'
import type { BlankEnv, RouterRoute } from 'hono/types'
import type { QueryDefinition } from '../query/query.ts'
import type { KeyOf, UploadOf } from '../schema/row-types.ts'
import type { AnyTable, Writable } from '../schema/table.ts'
import type { Columns } from '../types/column.ts'
import { declareDelete } from './declare/delete-route.ts'
import { declareCompute, declareInsert } from './declare/insert-route.ts'
import { declareQuery } from './declare/query-route.ts'
import { declareTable } from './declare/table-routes.ts'
import { declareUpdate } from './declare/update-route.ts'
import { declareUpsert } from './declare/upsert-route.ts'
import type {
  DeleteRouteOptions,
  InsertRouteOptions,
  QueryRouteOptions,
  TableRoutesOptions,
  UpdateRouteOptions,
} from './route-options.ts'
import type {
  Added,
  Complete,
  InputOf,
  KeyPath,
  MatchInput,
  Method,
  OnError,
  QueryInput,
  QueryReply,
  QueryResult,
  Result,
  RowOutputs,
  Several,
  TableRouteName,
  TableRoutes,
  UpdateInput,
  UpsertInput,
} from './route-types.ts'
import { RouterBase } from './router-base.ts'
import { stateOf } from './router-state.ts'

/** A router whatever its routes and environment. */
export interface AnyRouter {
  readonly '~routes': unknown
  readonly routes: RouterRoute[]
}

/**
 * A Hono app whose routes are declared over tables and queries.
 *
 * Each `add…Route` returns the router with the route's types added; `createClient<typeof api>()` reads them. Declared
 * routes are registered at mount or at the first request, after all middleware, specific paths before parameters;
 * afterwards adding throws ROUTER_SEALED. The methods infer `E` and `R` from `this`, so that a link of a long chain
 * costs what it adds and not what came before.
 */
export class TableRouter<in out E extends Env = BlankEnv, out R = {}> extends RouterBase<E> {
  declare readonly '~routes': R

  /** POST: inserts the row of the body and answers with its outputs. */
  addInsertRoute<
    E extends Env,
    R,
    T extends AnyTable,
    const P extends string,
    I extends keyof T['~columns'] & string = keyof T['~columns'] & string,
    U extends UploadOf<T['~columns']> = never,
    O extends keyof T['~scope'] & string = keyof T['~scope'] & string,
    S extends keyof T['~columns'] & string = never,
    D extends keyof T['~columns'] & string = never,
    const B extends boolean = false,
    const F extends boolean = false,
    const X extends OnError = 'abort',
  >(
    this: TableRouter<E, R>,
    table: T & Writable<T>,
    options: InsertRouteOptions<T['~columns'], P, I, U, O, S, D, B, F, X, RowOutputs<T, O, X>, E, T['~name']> &
      Complete<T['~columns'], I | U | S>,
  ): TableRouter<
    E,
    R &
      Added<
        P,
        'post',
        InputOf<T['~columns'], Exclude<I, U | S>, U, D>,
        Result<RowOutputs<T, O, X>, B, F>,
        Several<RowOutputs<T, O, X>, B, F>
      >
  > {
    stateOf(this).declare(declareInsert(table, options))
    return this as never
  }

  /** POST: computes the row of the body and answers with its outputs; nothing is stored. */
  addComputeRoute<
    E extends Env,
    R,
    T extends AnyTable,
    const P extends string,
    I extends keyof T['~columns'] & string = keyof T['~columns'] & string,
    U extends UploadOf<T['~columns']> = never,
    O extends keyof T['~scope'] & string = keyof T['~scope'] & string,
    S extends keyof T['~columns'] & string = never,
    D extends keyof T['~columns'] & string = never,
    const B extends boolean = false,
    const F extends boolean = false,
    const X extends OnError = 'abort',
  >(
    this: TableRouter<E, R>,
    table: T & Writable<T>,
    options: InsertRouteOptions<T['~columns'], P, I, U, O, S, D, B, F, X, RowOutputs<T, O, X>, E, T['~name']>,
  ): TableRouter<
    E,
    R &
      Added<
        P,
        'post',
        InputOf<T['~columns'], Exclude<I, U | S>, U, D>,
        Result<RowOutputs<T, O, X>, B, F>,
        Several<RowOutputs<T, O, X>, B, F>
      >
  > {
    stateOf(this).declare(declareCompute(table, options))
    return this as never
  }

  /** Updates the row that the primary key names: what is left out stays, `null` sets null. 404 without such a row. */
  addUpdateRoute<
    E extends Env,
    R,
    T extends AnyTable,
    const P extends string,
    I extends keyof T['~columns'] & string = keyof T['~columns'] & string,
    U extends UploadOf<T['~columns']> = never,
    O extends keyof T['~scope'] & string = keyof T['~scope'] & string,
    S extends keyof T['~columns'] & string = never,
    const M extends Method = 'post',
    const B extends boolean = false,
    const F extends boolean = false,
    const X extends OnError = 'abort',
  >(
    this: TableRouter<E, R>,
    table: T & Writable<T>,
    options: UpdateRouteOptions<T['~columns'], P, I, U, O, S, M, B, F, X, RowOutputs<T, O, X>, E, T['~name']>,
  ): TableRouter<
    E,
    R &
      Added<
        P,
        M,
        UpdateInput<T['~columns'], Exclude<I, U | S>, U>,
        Result<RowOutputs<T, O, X>, B, F>,
        Several<RowOutputs<T, O, X>, B, F>
      >
  > {
    stateOf(this).declare(declareUpdate(table, options))
    return this as never
  }

  /**
   * Inserts the row of the body, or updates the one with its primary key: what is left out then stays. A request gives
   * what an insert needs.
   */
  addUpsertRoute<
    E extends Env,
    R,
    T extends AnyTable,
    const P extends string,
    I extends keyof T['~columns'] & string = keyof T['~columns'] & string,
    U extends UploadOf<T['~columns']> = never,
    O extends keyof T['~scope'] & string = keyof T['~scope'] & string,
    S extends keyof T['~columns'] & string = never,
    const M extends 'post' | 'put' | 'patch' = 'post',
    const B extends boolean = false,
    const F extends boolean = false,
    const X extends OnError = 'abort',
  >(
    this: TableRouter<E, R>,
    table: T & Writable<T>,
    options: UpdateRouteOptions<T['~columns'], P, I, U, O, S, M, B, F, X, RowOutputs<T, O, X>, E, T['~name']> &
      Complete<T['~columns'], I | U | S | KeyOf<T['~columns']>>,
  ): TableRouter<
    E,
    R &
      Added<
        P,
        M,
        UpsertInput<T['~columns'], Exclude<I, U | S>, U, S>,
        Result<RowOutputs<T, O, X>, B, F>,
        Several<RowOutputs<T, O, X>, B, F>
      >
  > {
    stateOf(this).declare(declareUpsert(table, options))
    return this as never
  }

  /** Deletes the rows whose match columns equal the given values and answers with their number. */
  addDeleteRoute<
    E extends Env,
    R,
    T extends AnyTable,
    const P extends string,
    K extends keyof T['~columns'] & string = KeyOf<T['~columns']>,
    const M extends Method = 'post',
    const B extends boolean = false,
  >(
    this: TableRouter<E, R>,
    table: T & Writable<T>,
    options: DeleteRouteOptions<P, K, M, B, E, T['~name']>,
  ): TableRouter<
    E,
    R &
      Added<
        P,
        M,
        MatchInput<T['~columns'], K>,
        Result<{ num_rows: number }, B, false>,
        Result<{ num_rows: number }, B, false>
      >
  > {
    stateOf(this).declare(declareDelete(table, options))
    return this as never
  }

  /** Runs a query with the parameters of the request; a page `{ rows, next }`, or with `oneRow` the row. */
  addQueryRoute<
    E extends Env,
    R,
    Q extends QueryDefinition<Columns, unknown>,
    const P extends string,
    I extends keyof Q['~params'] & string = keyof Q['~params'] & string,
    U extends UploadOf<Q['~params']> = never,
    O extends keyof Q['~result'] & string = keyof Q['~result'] & string,
    S extends keyof Q['~params'] & string = never,
    D extends keyof Q['~params'] & string = never,
    const One extends boolean = false,
    const M extends Method = 'post',
    const B extends boolean = false,
    const F extends boolean = false,
  >(
    this: TableRouter<E, R>,
    query: Q,
    options: QueryRouteOptions<Q['~params'], P, I, U, O, S, D, One, M, B, F, QueryResult<Q['~result'], O, One>, E>,
  ): TableRouter<
    E,
    R &
      Added<
        P,
        M,
        QueryInput<Q['~params'], InputOf<Q['~params'], Exclude<I, U | S>, U, D>, One, F>,
        Result<QueryReply<Q['~result'], O, One>, B, F>
      >
  > {
    stateOf(this).declare(declareQuery(query, options))
    return this as never
  }

  /**
   * The routes of a table in one call: GET `path` lists rows in pages, with filters such as `?title=…&stars.gte=3` and
   * `?sort=-taken,title`; POST `path` inserts; GET, PATCH and DELETE `path/:id` are for one row.
   *
   * @throws ROUTE_INVALID without `auth` on the router or `public: true`
   */
  addTableRoutes<
    E extends Env,
    R,
    T extends AnyTable,
    const P extends string,
    const K extends string = KeyPath<T['~columns']>,
    N extends TableRouteName = TableRouteName,
    I extends keyof T['~columns'] & string = keyof T['~columns'] & string,
    U extends UploadOf<T['~columns']> = never,
    O extends keyof T['~scope'] & string = keyof T['~scope'] & string,
    F extends keyof T['~scope'] & string = keyof T['~scope'] & string,
    S extends keyof T['~columns'] & string = never,
    D extends keyof T['~columns'] & string = never,
  >(
    this: TableRouter<E, R>,
    table: T & Writable<T>,
    options: TableRoutesOptions<T['~columns'], P, K, N, I, U, O, F, S, D, E, T['~name']>,
  ): TableRouter<
    E,
    R &
      TableRoutes<
        P,
        K,
        N,
        T['~scope'],
        O,
        F,
        T['~columns'],
        InputOf<T['~columns'], Exclude<I, U | S>, U, D>,
        UpdateInput<T['~columns'], Exclude<I, U | S>, U>
      >
  > {
    const state = stateOf(this)
    for (const spec of declareTable(table, options, state.auth !== undefined)) state.declare(spec)
    return this as never
  }
}
