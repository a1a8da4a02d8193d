import type { AggregateExpression, Value } from './description.ts'
import { compareTerms, type Environment, type Interpreter } from './environment.ts'
import { compareValues, identityOf } from './values.ts'

/** The aggregate over the rows of the group. */
export function aggregateValue(aggregate: AggregateExpression, env: Environment, interpreter: Interpreter): Value {
  if (!env.group) throw new Error(`${aggregate.name} stands where there is no group`)
  const { of, name, distinct, order } = aggregate
  const rows = [...env.group].sort((a, b) => compareTerms(order, a, b, interpreter))
  if (!of) return rows.length
  const values = rows.map((row) => interpreter.evaluate(of, row, interpreter))
  return summarize(name, distinct ? distinctValues(values) : values, of.type)
}

function distinctValues(values: readonly Value[]): readonly Value[] {
  return [...new Map(values.map((value) => [identityOf(value), value])).values()]
}

/** All but `list`, `first` and `last` leave nulls out. */
export function summarize(name: string, values: readonly Value[], type: string): Value {
  const known = values.filter((value) => value !== null)
  const numbers = known.map(Number)
  const total = numbers.reduce((sum, number) => sum + number, 0)
  switch (name) {
    case 'count':
      return known.length
    case 'list':
      return values
    case 'first':
      return values[0] ?? null
    case 'last':
      return values.at(-1) ?? null
  }
  if (known.length === 0) return null
  switch (name) {
    case 'sum':
      return type === 'int' && !Number.isSafeInteger(total) ? null : total
    case 'mean':
      return total / numbers.length
    case 'min':
      return known.reduce((a, b) => (compareValues(b, a) < 0 ? b : a))
    case 'max':
      return known.reduce((a, b) => (compareValues(b, a) > 0 ? b : a))
    case 'any':
      return known.includes(true)
    case 'all':
      return !known.includes(false)
    default:
      throw new Error(`there is no aggregate ${name}`)
  }
}
