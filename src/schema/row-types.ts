import type { Columns } from '../types/column.ts'
import type { Expr } from '../types/expr.ts'
import type { Flat } from './scope.ts'

type Needed<C extends Columns> = { [K in keyof C as C[K]['~optional'] extends true ? never : K]: C[K]['~in'] }
type MayOmit<C extends Columns> = {
  [K in keyof C as C[K]['~optional'] extends true ? K : never]?: C[K]['~in'] | undefined
}

/** What `insert` takes: nullable and defaulted columns may be left out, computed ones do not exist. */
export type InsertOf<C extends Columns> = Flat<Needed<C> & MayOmit<C>>

/** What `update` sets: values, or expressions over the row as it was. */
export type UpdateOf<C extends Columns> = {
  [K in keyof C]?:
    | C[K]['~in']
    | Expr<C[K]['~expr']['~kind'], C[K]['~expr']['~plain'], C[K]['~expr']['~nulls']>
    | undefined
}

/** Names of the primary key's columns. */
export type KeyOf<C extends Columns> = { [K in keyof C]: C[K]['~key'] extends true ? K : never }[keyof C] & string

/** Names of the columns that an HTTP upload can fill. */
export type UploadOf<C extends Columns> = { [K in keyof C]: C[K]['~upload'] extends true ? K : never }[keyof C] & string

/** Names of the columns that every insert has to give. */
export type NeededKey<C extends Columns> = {
  [K in keyof C]: C[K]['~optional'] extends true ? never : K
}[keyof C] &
  string

/** What `batchUpdate` takes: the whole primary key, and what to change. */
export type KeyedUpdateOf<C extends Columns> = Flat<
  { [K in KeyOf<C>]: C[K]['~in'] } & { [K in Exclude<keyof C, KeyOf<C>>]?: C[K]['~in'] | undefined }
>
