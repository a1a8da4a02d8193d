import type { Choices } from './choices.ts'
import type { Expression, Type } from './description.ts'
import { generateExpression, ORDERED, type Reach } from './generate-expression.ts'

interface JoinSides {
  /** Each source on the left by itself. */
  readonly left: readonly Reach[]
  readonly right: Reach
  readonly both: Reach
  /** Whether JavaScript may look at pairs of rows. */
  readonly pairs: boolean
  readonly full: boolean
}

/** A condition of a join. Where JavaScript may not look at pairs of rows, what it makes is made of one row. */
export function generateJoinCondition(choices: Choices, { left, right, both, pairs, full }: JoinSides): Expression {
  const of = (reach: Reach, type: Type, depth: number) =>
    generateExpression(choices, type, { ...reach, level: 0 }, depth)
  const equal = (): Expression => {
    const type = full ? 'text' : choices.pick(ORDERED)
    const operands = [choices.pick(left), right].map((side) =>
      full ? plainText(choices, side) : of(side, type, choices.below(3)),
    )
    return { kind: 'call', type: 'bool', name: `eq:${type}:${type}`, operands }
  }
  const free = (): Expression => {
    if (!choices.percent(30)) return of(choices.pick([...left, right]), 'bool', 2)
    const javaScript = both.javaScript && pairs
    return generateExpression(choices, 'bool', { ...both, javaScript }, 2)
  }
  const first = full || !choices.percent(25) ? equal() : free()
  if (!choices.percent(30)) return first
  const name = !full && choices.percent(25) ? 'or' : 'and'
  return { kind: 'call', type: 'bool', name, operands: [first, full ? equal() : free()] }
}

/** Postgres can only make full joins of conditions that equate the two sides: no constants, and nothing from outside. */
function plainText(choices: Choices, reach: Reach): Expression {
  const column = generateExpression(choices, 'text', { ...reach, outer: [] }, 0)
  if (!reach.javaScript || !choices.percent(50)) return column
  return { kind: 'call', type: 'text', name: choices.pick(['upper', 'mark']), operands: [column] }
}
