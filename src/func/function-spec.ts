import type { AnyColumn, Columns } from '../types/column.ts'
import type { AnyExpr, Expr } from '../types/expr.ts'
import type { FunctionContext, FunctionMedia } from './function-context.ts'

/** Kinds that are accepted where `K` is expected. */
type Widen<K> = K extends 'int' | 'float' ? 'int' | 'float' : K extends 'string' | 'uuid' ? 'string' | 'uuid' : K

/** An argument: a value, or an expression of the column's kind; `M` collects the nulls that the callee does not expect. */
type Arg<C extends AnyColumn, M extends null> =
  | C['~in']
  | Expr<Widen<C['~expr']['~kind']>, C['~expr']['~plain'], null extends C['~expr']['~nulls'] ? null : M>

/** The argument object of a call: what is nullable or has a default may be left out. */
export type Args<A extends Columns, M extends null> = {
  [K in keyof A as A[K]['~optional'] extends true ? never : K]: Arg<A[K], M>
} & {
  [K in keyof A as A[K]['~optional'] extends true ? K : never]?: Arg<A[K], M> | undefined
}

/** The argument object that `run` receives. */
export type RunArgs<A extends Columns> = { readonly [K in keyof A]: A[K]['~expr']['~value'] }

export type NullIf<X extends AnyExpr, M> = [M] extends [never] ? X : X['~null']

/** The argument object of a direct call. */
export type DirectArgs<A extends Columns> = {
  readonly [K in keyof A as A[K]['~optional'] extends true ? never : K]: A[K]['~in']
} & {
  readonly [K in keyof A as A[K]['~optional'] extends true ? K : never]?: A[K]['~in'] | undefined
}

/** What a direct call gives: a promise where `run` does, and for a batched function; media as `run` returned them. */
export type DirectResult<R extends AnyColumn, O> =
  O extends PromiseLike<unknown> ? Promise<DirectValue<R>> : DirectValue<R>
type DirectValue<R extends AnyColumn> = R['~upload'] extends true ? R['~in'] : R['~expr']['~value']

/** What a direct call may be given beside its arguments. */
export interface DirectOptions {
  readonly signal?: AbortSignal
  /** How the function reads media. Without it, a function that does so fails. */
  readonly media?: FunctionMedia
}

/** A function as it is called inside expressions; `V` is what a direct call gives. */
export interface CellarFunction<A extends Columns, X extends AnyExpr, V = X['~value'] | Promise<X['~value']>> {
  <M extends null = never>(args: Args<A, M>): NullIf<X, M>
  /**
   * Runs the function on plain values: defaults are applied, arguments and result are checked. It runs in this thread.
   *
   * @throws INVALID_VALUE, MISSING_VALUE for arguments that cannot be used, INVALID_DECLARATION for ones that it does not have
   * @throws FUNCTION_FAILED, FUNCTION_INVALID_RESULT, FUNCTION_TIMEOUT
   */
  run(args: DirectArgs<A>, options?: DirectOptions): V
  /** The function without the arguments that are given here; it has the same name and version, and so the same cells. */
  with<const G extends { readonly [K in keyof A]?: A[K]['~in'] }>(
    values: G & { readonly [K in Exclude<keyof G, keyof A>]: never },
  ): CellarFunction<Omit<A, keyof G>, X, V>
  readonly '~args': A
  readonly '~expr': X
}

/** What `defineFunction` takes. Exactly one of `run` and `runBatch` is given. */
export interface FunctionSpec<A extends Columns, R extends AnyColumn, O = R['~in'] | Promise<R['~in']>> {
  /** Unique among all functions of a database; stored with every column that calls it. */
  readonly name: string
  /** A new version marks what older ones computed as stale. @default '0' */
  readonly version?: string
  /** For who reads the API: carried into the documentation of routes. Arguments have `.comment()`. */
  readonly description?: string
  readonly args: A
  /** The type of the result, or how it follows from constant arguments; only those may be read. */
  readonly returns: R | ((args: RunArgs<A>) => R)
  /** Computes one value. Not called, with null as result, when a non-nullable argument is null. */
  readonly run?: (args: RunArgs<A>, context: FunctionContext) => O & (R['~in'] | Promise<R['~in']>)
  /** Computes many values: one result for each row, in the same order. An `Error` as a result fails that row alone. */
  readonly runBatch?: (
    rows: readonly RunArgs<A>[],
    context: FunctionContext,
  ) => readonly (R['~in'] | Error)[] | Promise<readonly (R['~in'] | Error)[]>
  /** The most rows that `runBatch` takes at once. @default { size: 64 } */
  readonly batch?: { readonly size: number }
  /** Runs in a worker thread, which imports `module`; for functions that may burn CPU. */
  readonly thread?: boolean
  /** `import.meta.url` of the module that exports the function; with `thread`. Importing it must have no effect. */
  readonly module?: string
  /** Fast and without I/O, so that it may run inside `cellar.transaction`. */
  readonly cheap?: boolean
  /** Milliseconds after which a call that has not answered fails; `Infinity` waits for ever. @default 300_000 */
  readonly timeout?: number
  /** Optional packages that the function needs; `apply` refuses a column whose function lacks one. */
  readonly requires?: readonly string[]
}
