import type { Columns } from '../types/column.ts'

/** Written as a conditional so that errors and hovers print the members, not the alias. */
export type Flat<T> = T extends infer U ? { [K in keyof U]: U[K] } : never

/** What a callback sees of plain columns. */
export type ScopeOf<C extends Columns> = C extends infer D extends Columns
  ? { readonly [K in keyof D]: D[K]['~expr'] }
  : never

/** A stored row as the library returns it. */
export type RowOf<S> = Flat<{
  -readonly [K in keyof S]: S[K] extends { readonly '~value': infer V } ? V : never
}>
