import { summarize } from './aggregate.ts'
import type { Value, WindowExpression } from './description.ts'
import { compareTerms, type Environment, type Interpreter } from './environment.ts'
import { identityOf } from './values.ts'

/** The value of the window for each row or group. */
export function windowValues(
  expression: WindowExpression,
  units: readonly Environment[],
  interpreter: Interpreter,
): ReadonlyMap<Environment, Value> {
  const partitions = new Map<string, Environment[]>()
  for (const unit of units) {
    const values = expression.partition.map((part) => identityOf(interpreter.evaluate(part, unit, interpreter)))
    partitions.set(values.join(), [...(partitions.get(values.join()) ?? []), unit])
  }
  const result = new Map<Environment, Value>()
  for (const partition of partitions.values()) {
    const sorted = partition.sort((a, b) => compareTerms(expression.order, a, b, interpreter))
    for (const [index, unit] of sorted.entries())
      result.set(unit, valueAt(expression, { sorted, index, unit }, interpreter))
  }
  return result
}

interface Position {
  readonly sorted: readonly Environment[]
  readonly index: number
  readonly unit: Environment
}

function valueAt(expression: WindowExpression, { sorted, index, unit }: Position, interpreter: Interpreter): Value {
  const { name, of, distance, order, rows } = expression
  const value = (env: Environment | undefined) => (of && env ? interpreter.evaluate(of, env, interpreter) : null)
  const equals = (env: Environment) => compareTerms(order, env, unit, interpreter) === 0
  const before = sorted.findIndex(equals)
  switch (name) {
    case 'rowNumber':
      return index + 1
    case 'rank':
      return before + 1
    case 'denseRank':
      return sorted.slice(0, before + 1).filter((env, at) => {
        const previous = sorted[at - 1]
        return previous === undefined || compareTerms(order, previous, env, interpreter) !== 0
      }).length
    case 'lag':
      return value(sorted[index - distance])
    case 'lead':
      return value(sorted[index + distance])
  }
  const last = sorted.findLastIndex(equals)
  const from = rows?.preceding === undefined ? 0 : Math.max(0, index - rows.preceding)
  const to = rows ? index + (rows.following ?? sorted.length) : order.length > 0 ? last : sorted.length - 1
  const frame = sorted.slice(from, to + 1)
  return of ? summarize(name, frame.map(value), of.type) : frame.length
}
