import { type ColumnSpec, columnSpecToJson } from '../types/column-spec.ts'

type Specs = Readonly<Record<string, ColumnSpec>>

/** What identifies a function wherever its code is not at hand. */
export interface FunctionId {
  readonly name: string
  readonly version: string
}

/** What functions, aggregates and iterators have in common. */
export interface Declared extends FunctionId {
  readonly description?: string
  readonly args: Specs
  /** Changes when the code does, not when comments or white space do. */
  readonly sourceHash: string
  readonly returns?: unknown
  readonly yields?: Specs
  readonly thread?: boolean
  readonly batch?: { readonly size: number }
}

/** True when two definitions have the same code and the same signature. */
export function sameDefinition(a: Declared, b: Declared): boolean {
  return a === b || (a.sourceHash === b.sourceHash && signature(a) === signature(b))
}

function signature({ args, returns, yields, thread, batch }: Declared): string {
  const result = returns === undefined || typeof returns === 'function' ? null : columnSpecToJson(returns as ColumnSpec)
  return JSON.stringify([specsToJson(args), result, specsToJson(yields ?? {}), thread ?? false, batch?.size ?? null])
}

const specsToJson = (specs: Specs) => Object.entries(specs).map(([name, spec]) => [name, columnSpecToJson(spec)])
