import type { Expression, Row, SelectQuery, Term, Value, WindowExpression } from './description.ts'
import { compareTerm } from './values.ts'

/** What an expression can name: a row of each source, and the group that the expression is about. */
export interface Environment {
  readonly sources: ReadonlyMap<number, Row | null>
  readonly group: readonly Environment[] | undefined
  peers: Peers | undefined
}

/** The rows or groups that windows look at, with the values that are already known. */
export interface Peers {
  readonly units: readonly Environment[]
  readonly values: Map<WindowExpression, ReadonlyMap<Environment, Value>>
}

export interface Interpreter {
  readonly content: Readonly<Record<string, readonly Row[]>>
  /** Rows of queries that name nothing outside of themselves. */
  readonly known: Map<SelectQuery, Row[]>
  evaluate(expression: Expression, env: Environment, interpreter: Interpreter): Value
  rowsOf(query: SelectQuery, outer: Environment | undefined, interpreter: Interpreter): Row[]
}

export function compareTerms(terms: readonly Term[], a: Environment, b: Environment, interpreter: Interpreter): number {
  for (const term of terms) {
    const [x, y] = [a, b].map((env) => interpreter.evaluate(term.expression, env, interpreter))
    const order = compareTerm(x, y, term)
    if (order !== 0) return order
  }
  return 0
}
