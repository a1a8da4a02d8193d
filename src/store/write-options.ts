import type { Session } from '../database/database.ts'
import type { ExprNode } from '../expr/node.ts'
import type { Row } from '../schema/row-codec.ts'
import type { WriteResult } from './write-result.ts'

export interface Progress {
  readonly done: number
  /** Left out while the length of the input is unknown. */
  readonly total?: number
}

export interface WriteOptions {
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: Progress) => void
  /** What a failing cell does: fail the write, or be stored as a failed cell. @default what the column declares */
  readonly onError?: 'abort' | 'store'
  /** Who writes; kept with the version. */
  readonly actor?: string
  /** A note kept with the version. */
  readonly label?: string
}

export interface InsertOptions extends WriteOptions {
  /** What an invalid or conflicting row does: fail the write, or be listed while the others are written. @default 'abort' */
  readonly onInvalid?: 'abort' | 'skip'
  readonly returnRows?: boolean
  /** The values were parsed already; defaults and missing values are still looked after. */
  readonly validated?: boolean
  /** Called with the complete rows when their cells are computed and no transaction is open. If it throws, nothing is written. */
  readonly beforeWrite?: (rows: Row[]) => Promise<void> | void
  /** Media may name files of this machine. @default true */
  readonly allowPath?: boolean
  /** What is to be committed with the rows or not at all; not called when no row is written. */
  readonly alongside?: (session: Session, result: WriteResult) => Promise<void>
}

export interface UpdateOptions extends WriteOptions {
  /** Rows to change; every row without it. */
  readonly where?: ExprNode
  readonly returnRows?: boolean
  readonly validated?: boolean
  readonly beforeWrite?: (rows: Row[]) => Promise<void> | void
  readonly allowPath?: boolean
}

export interface BatchUpdateOptions extends Omit<UpdateOptions, 'where'> {
  /** What a row without a stored counterpart does. @default 'error' */
  readonly ifMissing?: 'error' | 'ignore' | 'insert'
  readonly onInvalid?: 'abort' | 'skip'
  /** Looks at each stored row before it is changed and throws to refuse; then nothing is written. A row that is missing is refused too. */
  readonly accept?: ((stored: Row) => void) | undefined
  /** What is to be committed with the rows or not at all; not called when no row is written. */
  readonly alongside?: (session: Session, result: WriteResult) => Promise<void>
}

export interface DeleteOptions {
  readonly where?: ExprNode
  /** Besides: rows whose named columns equal those of one of the given rows. */
  readonly matching?: { readonly columns: readonly string[]; readonly rows: readonly Row[] }
  /** Looks at each row before it is deleted and throws to refuse; then nothing is deleted. */
  readonly accept?: ((stored: Row) => void) | undefined
  /** What is to be committed with the deletion or not at all. Without a write it is not called. */
  readonly alongside?: (session: Session, count: number) => Promise<void>
  readonly signal?: AbortSignal
  readonly actor?: string
  readonly label?: string
}

export interface ComputeOptions {
  /** Computed columns that are wanted, with what they need. @default all of them */
  readonly columns?: Iterable<string>
  /** Required columns may be left out; what reads them meets null. @default false */
  readonly partial?: boolean
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: Progress) => void
  readonly onError?: 'abort' | 'store'
  readonly onInvalid?: 'abort' | 'skip'
  readonly validated?: boolean
  readonly beforeWrite?: (rows: Row[]) => Promise<void> | void
  readonly allowPath?: boolean
}

export interface RecomputeOptions extends WriteOptions {
  readonly where?: ExprNode
  /** Only cells that failed; with `onlyStale` those too. @default false */
  readonly onlyErrors?: boolean
  /** Only cells that are stale: their function has a new version, or what they looked up changed. @default false */
  readonly onlyStale?: boolean
}
