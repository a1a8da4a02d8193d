import { defineFunction, t } from 'cellar'
import type { Type, Value } from './description.ts'
import { compareValues, identityOf } from './values.ts'

/** Functions of a user: only JavaScript can evaluate them. */
export const mark = defineFunction({
  name: 'randomMark',
  args: { text: t.string() },
  returns: t.string(),
  run: ({ text }) => `<${text}>`,
})
export const size = defineFunction({
  name: 'randomSize',
  args: { text: t.string().nullable(), n: t.int().nullable() },
  returns: t.int(),
  run: ({ text, n }) => (text === null ? -1 : text.length) + (n === null ? 0 : 10),
})
export const odd = defineFunction({
  name: 'randomOdd',
  args: { n: t.int().nullable() },
  returns: t.bool().nullable(),
  run: ({ n }) => (n === null ? true : n === 0 ? null : n % 2 !== 0),
})

export interface OperationDescription {
  readonly type: Type
  readonly operands: readonly Type[]
  /** Only JavaScript evaluates it. */
  readonly javaScript?: true
  /** It is called for nulls too; others give null for them. */
  readonly nulls?: true
  readonly run: (...operands: never[]) => Value
}

const safe = (value: number) => (Number.isSafeInteger(value) ? value + 0 : null)
const code = (text: string) => [...text]
const is = (test: (order: number) => boolean) => (a: Value, b: Value) => test(compareValues(a, b))

const COMPARISONS: Readonly<Record<string, (a: Value, b: Value) => boolean>> = {
  eq: is((order) => order === 0),
  ne: is((order) => order !== 0),
  lt: is((order) => order < 0),
  lte: is((order) => order <= 0),
  gt: is((order) => order > 0),
  gte: is((order) => order >= 0),
}
const PAIRS: readonly (readonly [Type, Type])[] = [
  ['int', 'int'],
  ['text', 'text'],
  ['float', 'float'],
  ['int', 'float'],
  ['float', 'int'],
  ['bool', 'bool'],
  ['time', 'time'],
]
const comparisons = Object.entries(COMPARISONS).flatMap(([name, run]) =>
  PAIRS.map(([a, b]) => [`${name}:${a}:${b}`, { type: 'bool', operands: [a, b], run }] as const),
)
const ALL: readonly Type[] = ['int', 'float', 'text', 'bool', 'time', 'json']
const nullTests = ALL.flatMap((type) => [
  [`isNull:${type}`, { type: 'bool', operands: [type], nulls: true, run: (a: Value) => a === null }] as const,
  [`isNotNull:${type}`, { type: 'bool', operands: [type], nulls: true, run: (a: Value) => a !== null }] as const,
])
const alternatives = ALL.slice(0, 5).map(
  (type) =>
    [
      `coalesce:${type}`,
      { type, operands: [type, type], nulls: true, run: (a: Value, b: Value) => (a === null ? b : a) },
    ] as const,
)

function and(a: boolean | null, b: boolean | null): boolean | null {
  if (a === false || b === false) return false
  return a === null || b === null ? null : true
}

function or(a: boolean | null, b: boolean | null): boolean | null {
  if (a === true || b === true) return true
  return a === null || b === null ? null : false
}

const between = (a: Value, low: Value, high: Value) =>
  a === null
    ? null
    : and(low === null ? null : compareValues(a, low) >= 0, high === null ? null : compareValues(a, high) <= 0)

/** By name and, where it matters, types of operands: the method's name stands before the colon. */
export const OPERATIONS: Readonly<Record<string, OperationDescription>> = Object.freeze({
  ...Object.fromEntries(comparisons),
  ...Object.fromEntries(nullTests),
  ...Object.fromEntries(alternatives),
  'between:int': { type: 'bool', operands: ['int', 'int', 'int'], nulls: true, run: between },
  'between:text': { type: 'bool', operands: ['text', 'text', 'text'], nulls: true, run: between },
  and: { type: 'bool', operands: ['bool', 'bool'], nulls: true, run: and },
  or: { type: 'bool', operands: ['bool', 'bool'], nulls: true, run: or },
  not: { type: 'bool', operands: ['bool'], run: (a: boolean) => !a },
  contains: { type: 'bool', operands: ['text', 'text'], run: (a: string, b: string) => a.includes(b) },
  asBool: { type: 'bool', operands: ['json'], run: (a: Value) => (typeof a === 'boolean' ? a : null) },
  'eq:json': { type: 'bool', operands: ['json', 'json'], run: (a: Value, b: Value) => identityOf(a) === identityOf(b) },
  odd: { type: 'bool', operands: ['int'], javaScript: true, nulls: true, run: (n: number | null) => oddOf(n) },
  'add:int': { type: 'int', operands: ['int', 'int'], run: (a: number, b: number) => safe(a + b) },
  'sub:int': { type: 'int', operands: ['int', 'int'], run: (a: number, b: number) => safe(a - b) },
  'mul:int': { type: 'int', operands: ['int', 'int'], run: (a: number, b: number) => safe(a * b) },
  'mod:int': { type: 'int', operands: ['int', 'int'], run: (a: number, b: number) => (b === 0 ? null : safe(a % b)) },
  'neg:int': { type: 'int', operands: ['int'], run: (a: number) => safe(-a) },
  'floor:float': { type: 'int', operands: ['float'], run: (a: number) => safe(Math.floor(a)) },
  length: { type: 'int', operands: ['text'], run: (a: string) => code(a).length },
  'length:json': { type: 'int', operands: ['json'], run: (a: Value) => (Array.isArray(a) ? a.length : null) },
  day: { type: 'int', operands: ['time'], run: (a: Date) => a.getUTCDate() },
  asInt: { type: 'int', operands: ['json'], run: (a: Value) => (Number.isSafeInteger(a) ? a : null) },
  size: {
    type: 'int',
    operands: ['text', 'int'],
    javaScript: true,
    nulls: true,
    run: (text: string | null, n: number | null) => (text === null ? -1 : text.length) + (n === null ? 0 : 10),
  },
  'add:float': { type: 'float', operands: ['float', 'float'], run: (a: number, b: number) => a + b },
  'add:mixed': { type: 'float', operands: ['float', 'int'], run: (a: number, b: number) => a + b },
  'sub:float': { type: 'float', operands: ['float', 'float'], run: (a: number, b: number) => a - b },
  'neg:float': { type: 'float', operands: ['float'], run: (a: number) => -a },
  'abs:float': { type: 'float', operands: ['float'], run: (a: number) => Math.abs(a) },
  toFloat: { type: 'float', operands: ['int'], run: (a: number) => a },
  asFloat: { type: 'float', operands: ['json'], run: (a: Value) => (typeof a === 'number' ? a : null) },
  'mod:float': {
    type: 'float',
    operands: ['float', 'float'],
    javaScript: true,
    run: (a: number, b: number) => (b === 0 ? null : a % b),
  },
  lower: { type: 'text', operands: ['text'], javaScript: true, run: (a: string) => a.toLowerCase() },
  upper: { type: 'text', operands: ['text'], javaScript: true, run: (a: string) => a.toUpperCase() },
  mark: { type: 'text', operands: ['text'], javaScript: true, run: (a: string) => `<${a}>` },
  'toText:float': { type: 'text', operands: ['float'], javaScript: true, run: (a: number) => String(a) },
  'toText:int': { type: 'text', operands: ['int'], run: (a: number) => String(a) },
  'toText:bool': { type: 'text', operands: ['bool'], run: (a: boolean) => String(a) },
  concat: { type: 'text', operands: ['text', 'text'], run: (a: string, b: string) => a + b },
  asText: { type: 'text', operands: ['json'], run: (a: Value) => (typeof a === 'string' ? a : null) },
})

function oddOf(n: number | null): boolean | null {
  if (n === null) return true
  return n === 0 ? null : n % 2 !== 0
}
