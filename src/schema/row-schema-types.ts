import type { Columns } from '../types/column.ts'
import type { Upload } from '../types/media-input.ts'
import type { JsonObject } from '../util/json.ts'
import type { InsertOf, KeyedUpdateOf, KeyOf, UploadOf } from './row-types.ts'
import type { Flat } from './scope.ts'

export type SchemaResult<Out> =
  | { readonly value: Out; readonly issues?: undefined }
  | { readonly issues: readonly { readonly message: string; readonly path?: readonly (string | number)[] }[] }

/**
 * A schema of rows as they go over the wire: a Standard Schema with its JSON Schema, for hand-written routes and for
 * whatever else takes one.
 *
 * `In` what it takes, `Out` what it gives, `Sent` what a client may send, files included.
 */
export interface RowSchema<out In extends object, out Out extends object, out Sent extends object = In> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly types?: { readonly input: In; readonly output: Out } | undefined
    readonly validate: (value: unknown) => SchemaResult<Out>
    readonly jsonSchema: {
      readonly input: (options: { readonly target: string }) => Record<string, unknown>
      readonly output: (options: { readonly target: string }) => Record<string, unknown>
    }
  }
  readonly '~sent': Sent
  /**
   * The schema with these fields only.
   *
   * @throws INVALID_DECLARATION for a name that it does not have
   */
  pick<In extends object, Out extends object, Sent extends object, K extends keyof In & string>(
    this: RowSchema<In, Out, Sent>,
    ...names: readonly K[]
  ): RowSchema<Pick<In, K>, Pick<Out, K & keyof Out>, Pick<Sent, K & keyof Sent>>
  /** JSON Schema 2020-12. */
  toJsonSchema(): JsonObject
}

/** A whole row as a JSON body gives it. */
export type WireInsertOf<C extends Columns> = Flat<
  { [K in keyof C as C[K]['~optional'] extends true ? never : K]: C[K]['~wireIn'] } & {
    [K in keyof C as C[K]['~optional'] extends true ? K : never]?: C[K]['~wireIn'] | undefined
  }
>

/** The key of a row and what changes, as a JSON body gives them. */
export type WireUpdateOf<C extends Columns> = Flat<
  { [K in KeyOf<C>]: C[K]['~wireIn'] } & { [K in Exclude<keyof C, KeyOf<C>>]?: C[K]['~wireIn'] | undefined }
>

/** The same with files, where a form can carry them. */
type Sending<C extends Columns, W> = { [K in keyof W]: K extends UploadOf<C> ? W[K] | Upload : W[K] }

/** A row as a route answers with it. */
export type WireRowOf<S> = Flat<{
  -readonly [K in keyof S]: S[K] extends { readonly '~wire': infer W } ? W : never
}>

/** What a table takes and gives over the wire. */
export interface TableSchemas<C extends Columns, S> {
  /** What `insert` takes; nullable and defaulted columns may be left out. */
  readonly insert: RowSchema<WireInsertOf<C>, InsertOf<C>, Sending<C, WireInsertOf<C>>>
  /** What `batchUpdate` takes: the primary key and what changes. */
  readonly update: RowSchema<WireUpdateOf<C>, KeyedUpdateOf<C>, Sending<C, WireUpdateOf<C>>>
  /** A row with all its columns, computed ones too, as routes answer with it. */
  readonly row: RowSchema<WireRowOf<S>, WireRowOf<S>>
}

/** What a query takes and gives over the wire. */
export interface QuerySchemas<P extends Columns, R> {
  readonly params: RowSchema<WireInsertOf<P>, InsertOf<P>, Sending<P, WireInsertOf<P>>>
  /** One row of the result. */
  readonly row: RowSchema<WireRowOf<R>, WireRowOf<R>>
}

/** Conditional, so that a table of some columns still is a table of columns: what may be left out has no variance. */
export type TableSchemasOf<C extends Columns, S> = [C, S] extends [infer D extends Columns, infer T]
  ? TableSchemas<D, T>
  : never

export type QuerySchemasOf<P extends Columns, R> = [P, R] extends [infer D extends Columns, infer T]
  ? QuerySchemas<D, T>
  : never
