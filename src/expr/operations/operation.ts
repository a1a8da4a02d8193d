import type { ColumnType } from '../../types/column-type.ts'
import type { Fragment } from '../../util/sql.ts'
import type { EvaluationContext, Evaluator } from '../evaluator.ts'
import type { ExprNode } from '../node.ts'
import type { ResultType } from '../result-type.ts'

/** One entry of the table of operations: both facets side by side, which agree for all operands. */
export interface Operation {
  result(operands: readonly ExprNode[]): ResultType
  /** Null where no SQL is proven to give JavaScript's answer. */
  readonly sql: ((operands: readonly Fragment[], nodes: readonly ExprNode[]) => Fragment) | null
  evaluator(operands: readonly Evaluator[], nodes: readonly ExprNode[]): Evaluator
}

type TypeOf = ColumnType | ((operands: readonly ExprNode[]) => ColumnType)
/** `operands`: null where an operand is null; `always`: also where the operation has no answer; `never`: answers for null too. */
type Nulls = 'operands' | 'always' | 'never'

interface OperationSpec {
  readonly type: TypeOf
  readonly nulls?: Nulls
  readonly sql: ((...operands: Fragment[]) => Fragment) | null
}

interface StrictSpec extends OperationSpec {
  /** Called for operands that are not null. */
  readonly js: (...operands: never[]) => unknown
}

/** An operation that gives null whenever an operand is null. */
export function strict({ type, nulls = 'operands', sql, js }: StrictSpec): Operation {
  const apply = js as (...operands: unknown[]) => unknown
  return {
    result: (operands) => resultOf(operands, type, nulls),
    sql: sql && ((operands) => sql(...operands)),
    evaluator: (operands) => strictEvaluator(operands, apply),
  }
}

interface OwnNullsSpec extends OperationSpec {
  evaluator(operands: readonly Evaluator[], nodes: readonly ExprNode[]): Evaluator
}

/** An operation that says itself what null operands mean, or that prepares itself for its operands. */
export function ownNulls({ type, nulls = 'operands', sql, evaluator }: OwnNullsSpec): Operation {
  return {
    result: (operands) => resultOf(operands, type, nulls),
    sql: sql && ((operands) => sql(...operands)),
    evaluator,
  }
}

function resultOf(operands: readonly ExprNode[], type: TypeOf, nulls: Nulls): ResultType {
  const nullable = nulls === 'always' || (nulls === 'operands' && operands.some((operand) => operand.nullable))
  return { type: typeof type === 'function' ? type(operands) : type, nullable }
}

type Apply = (...operands: unknown[]) => unknown

/** Written out for one to three operands, so that a row allocates nothing. */
export function strictEvaluator(operands: readonly Evaluator[], apply: Apply): Evaluator {
  const [first, second, third] = operands
  if (!first || operands.length > 3) return variadicEvaluator(operands, apply)
  if (!second)
    return (context) => {
      const a = first(context)
      return a === null ? null : apply(a)
    }
  if (!third)
    return (context) => {
      const a = first(context)
      if (a === null) return null
      const b = second(context)
      return b === null ? null : apply(a, b)
    }
  return (context) => {
    const a = first(context)
    if (a === null) return null
    const b = second(context)
    if (b === null) return null
    const c = third(context)
    return c === null ? null : apply(a, b, c)
  }
}

function variadicEvaluator(operands: readonly Evaluator[], apply: Apply): Evaluator {
  return (context: EvaluationContext) => {
    const values: unknown[] = []
    for (const operand of operands) {
      const value = operand(context)
      if (value === null) return null
      values.push(value)
    }
    return apply(...values)
  }
}

/** The type of the first operand. */
export function firstType([first]: readonly ExprNode[]): ColumnType {
  return (first as ExprNode).type
}

/** The value of an operand that is the same for every row; undefined where it is not. */
export function constantOf(node: ExprNode | undefined): unknown {
  return node?.kind === 'literal' ? node.value : undefined
}
