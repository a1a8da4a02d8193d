import type { compileEvaluator } from '../expr/compile-evaluator.ts'

export type Evaluator = ReturnType<typeof compileEvaluator>
export type EvaluationContext = Parameters<Evaluator>[0]
