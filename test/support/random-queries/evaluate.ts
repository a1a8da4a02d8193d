import { aggregateValue } from './aggregate.ts'
import type { Expression, SelectQuery, Value, WindowExpression } from './description.ts'
import type { Environment, Interpreter } from './environment.ts'
import { OPERATIONS } from './operations.ts'
import { compareValues } from './values.ts'
import { windowValues } from './window.ts'

export function evaluate(expression: Expression, env: Environment, interpreter: Interpreter): Value {
  const value = (part: Expression) => evaluate(part, env, interpreter)
  switch (expression.kind) {
    case 'literal':
      return expression.value
    case 'column': {
      const row = env.sources.get(expression.source)
      if (row === undefined) throw new Error(`no source ${expression.source} around ${expression.name}`)
      return row?.[expression.name] ?? null
    }
    case 'key':
    case 'output':
      return value(expression.of)
    case 'call':
      return call(expression.name, expression.operands.map(value))
    case 'path':
      return expression.steps.reduce<Value>(element, value(expression.of)) ?? null
    case 'in-list':
      return isAmong(value(expression.of), expression.values)
    case 'case': {
      const found = expression.cases.find(([condition]) => value(condition) === true)
      const chosen = found?.[1] ?? expression.otherwise
      return chosen ? value(chosen) : null
    }
    case 'aggregate':
      return aggregateValue(expression, env, interpreter)
    case 'window':
      return windowValue(expression, env, interpreter)
    case 'exists':
      return interpreter.rowsOf(expression.query, env, interpreter).length > 0
    case 'scalar':
      return firstColumn(expression.query, env, interpreter)[0] ?? null
    case 'in-query':
      return isAmong(value(expression.of), firstColumn(expression.query, env, interpreter))
  }
}

function firstColumn(query: SelectQuery, env: Environment, interpreter: Interpreter): readonly Value[] {
  return interpreter.rowsOf(query, env, interpreter).map((row) => Object.values(row)[0])
}

function call(name: string, operands: readonly Value[]): Value {
  const operation = OPERATIONS[name]
  if (!operation) throw new Error(`there is no operation ${name}`)
  if (!operation.nulls && operands.includes(null)) return null
  return (operation.run as (...values: readonly Value[]) => Value)(...operands)
}

/** Nothing is in an empty list; where a null could be the value, the answer is unknown. */
function isAmong(value: Value, list: readonly Value[]): boolean | null {
  if (list.length === 0) return false
  if (value === null) return null
  if (list.some((other) => other !== null && compareValues(value, other) === 0)) return true
  return list.includes(null) ? null : false
}

/** A text step names a member, a number an element, from the end where it is negative. */
function element(value: Value, step: string | number): Value {
  if (typeof step === 'number') return Array.isArray(value) ? (value.at(step) ?? null) : null
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isObject ? ((value as Readonly<Record<string, Value>>)[step] ?? null) : null
}

function windowValue(expression: WindowExpression, env: Environment, interpreter: Interpreter): Value {
  if (!env.peers) throw new Error('a window stands where there are no rows around')
  const known = env.peers.values.get(expression)
  const values = known ?? windowValues(expression, env.peers.units, interpreter)
  env.peers.values.set(expression, values)
  return values.get(env)
}
