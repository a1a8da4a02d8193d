/** What an expression is evaluated with. */
export interface EvaluationContext {
  readonly row: Readonly<Record<string, unknown>>
  /** Results of function calls by the key of their node. */
  readonly calls?: ReadonlyMap<string, unknown>
  readonly parameters?: Readonly<Record<string, unknown>>
  /** By level: what operations over lists are at. */
  readonly elements?: readonly unknown[]
}

/** A compiled expression: synchronous and total; null stands for "no answer". */
export type Evaluator = (context: EvaluationContext) => unknown
