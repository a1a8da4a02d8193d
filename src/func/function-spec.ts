import type { AnyColumn, Columns } from '../types/column.ts'
import type { AnyExpr, Expr } from '../types/expr.ts'
import type { FunctionContext } from './function-context.ts'

/** Kinds that are accepted where `K` is expected. */
type Widen<K> = K extends 'int' | 'float' ? 'int' | 'float' : K extends 'string' | 'uuid' ? 'string' | 'uuid' : K

/** An argument: a value, or an expression of the column's kind; `M` collects the nulls that the callee does not expect. */
type Arg<C extends AnyColumn, M extends null> =
  | C['~in']
  | Expr<Widen<C['~expr']['~kind']>, C['~expr']['~plain'], null extends C['~expr']['~nulls'] ? null : M>

/** The argument object of a call: what is nullable or has a default may be left out. */
type Args<A extends Columns, M extends null> = {
  [K in keyof A as A[K]['~optional'] extends true ? never : K]: Arg<A[K], M>
} & {
  [K in keyof A as A[K]['~optional'] extends true ? K : never]?: Arg<A[K], M> | undefined
}

/** The argument object that `run` receives. */
type RunArgs<A extends Columns> = { readonly [K in keyof A]: A[K]['~expr']['~value'] }

type NullIf<X extends AnyExpr, M> = [M] extends [never] ? X : X['~null']

/** A function as it is called inside expressions. */
export interface CellarFunction<A extends Columns, X extends AnyExpr> {
  <M extends null = never>(args: Args<A, M>): NullIf<X, M>
  readonly '~args': A
  readonly '~expr': X
}

/** What `defineFunction` takes. Exactly one of `run` and `runBatch` is given. */
export interface FunctionSpec<A extends Columns, R extends AnyColumn> {
  /** Unique among all functions of a database; stored with every column that calls it. */
  readonly name: string
  /** A new version marks what older ones computed as stale. @default '0' */
  readonly version?: string
  readonly args: A
  readonly returns: R
  /** Computes one value. Not called, with null as result, when a non-nullable argument is null. */
  readonly run?: (args: RunArgs<A>, context: FunctionContext) => R['~in'] | Promise<R['~in']>
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
