import type { CallNode } from '../expr/call-node.ts'
import type { Evaluator } from '../expr/evaluator.ts'
import type { FunctionDefinition } from '../func/function-definition.ts'

/** A condition under which a call is needed: it stands in a branch of `caseWhen` or behind others in `coalesce`. */
export interface Guard {
  readonly evaluate: Evaluator
  readonly test: 'true' | 'not-true' | 'null'
}

export interface CallArgument {
  readonly name: string
  readonly evaluate: Evaluator
  /** False where null makes the call be skipped. */
  readonly nullable: boolean
}

interface Base {
  /** Position in the plan; every step stands after the steps that it depends on. */
  readonly index: number
  /** Positions of the steps that have to be settled before. */
  readonly after: readonly number[]
}

/** One distinct call of one output. */
export interface CallStep extends Base {
  readonly kind: 'call'
  /** Equal calls have equal keys, also in different outputs. */
  readonly key: string
  readonly node: CallNode
  readonly definition: FunctionDefinition
  readonly args: readonly CallArgument[]
  /** The call is needed where all guards of one of these hold; undefined: always. */
  readonly needed: readonly (readonly Guard[])[] | undefined
}

/** Evaluates the expression of one output, when its calls are settled. */
export interface OutputStep extends Base {
  readonly kind: 'output'
  /** Position among the outputs of the plan. */
  readonly output: number
  readonly name: string
  readonly evaluate: Evaluator
}

export type Step = CallStep | OutputStep
