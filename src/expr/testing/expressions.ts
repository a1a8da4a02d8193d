import fc from 'fast-check'
import { caseWhen } from '../case-when.ts'
import { coalesce } from '../coalesce.ts'
import { columnScope } from '../column-scope.ts'
import { concat } from '../concat.ts'
import { NODE } from '../expression.ts'
import type { ExprNode } from '../node.ts'
import { dataExpressions } from './data-expressions.ts'
import type { Draw, Loose, Make, Makers } from './make.ts'
import { numberExpressions } from './number-expressions.ts'
import { textExpressions } from './text-expressions.ts'
import { timeExpressions } from './time-expressions.ts'
import { COLUMNS, KEYS, patterns, SAMPLES, type SampleKind } from './values.ts'

const COMPUTED = Object.entries(COLUMNS).map(([name, column]) => [name, { ...column, computed: true }] as const)
const scope = columnScope(Object.fromEntries(COMPUTED)) as unknown as Record<string, Loose>

const pick = <T>(draw: Draw, values: readonly T[]): T => draw(() => fc.constantFrom(...values))
const COMPARED: readonly SampleKind[] = [
  'string',
  'int',
  'float',
  'bigint',
  'decimal',
  'bool',
  'timestamp',
  'date',
  'uuid',
]
const COMPARISONS = ['eq', 'ne', 'lt', 'lte', 'gt', 'gte']

/** An expression of a kind: a column, or an operation over smaller ones. */
function expression(draw: Draw, kind: SampleKind, depth: number): Loose {
  const column = () => scope[`${kind}_${pick(draw, [1, 2])}`] as Loose
  if (depth <= 0) return column()
  const makers: readonly Make[] = [...operationsOf(kind), choice(kind), fallback(kind), column]
  return pick(draw, makers)(draw, depth - 1)
}

/** A value or an expression, as methods take them. */
function operand(draw: Draw, kind: SampleKind, depth: number): unknown {
  return pick(draw, [true, false]) ? draw(() => SAMPLES[kind].values) : expression(draw, kind, depth)
}

const choice =
  (kind: SampleKind): Make =>
  (draw, depth) => {
    const cases = [1, 2].map(() => [expression(draw, 'bool', depth), expression(draw, kind, depth)] as const)
    const otherwise = pick(draw, [undefined, expression(draw, kind, depth)])
    return caseWhen(cases as never, otherwise as never) as unknown as Loose
  }

const fallback =
  (kind: SampleKind): Make =>
  (draw, depth) =>
    coalesce(expression(draw, kind, depth) as never, expression(draw, kind, depth) as never) as unknown as Loose

/** A method of a kind, with operands of the given kinds. */
const method =
  (kind: SampleKind, names: readonly string[], ...operands: readonly SampleKind[]): Make =>
  (draw, depth) =>
    expression(draw, kind, depth)[pick(draw, names)](
      ...operands.map((operandKind) => operand(draw, operandKind, depth)),
    )

const comparison: Make = (draw, depth) => {
  const kind = pick(draw, COMPARED)
  const mixed = kind === 'int' || kind === 'float' ? pick(draw, ['int', 'float'] as const) : kind
  return expression(draw, kind, depth)[pick(draw, COMPARISONS)](operand(draw, mixed, depth))
}
const between: Make = (draw, depth) => {
  const kind = pick(draw, COMPARED)
  return expression(draw, kind, depth).between(operand(draw, kind, depth), operand(draw, kind, depth))
}
const membership: Make = (draw, depth) => {
  const kind = pick(draw, COMPARED)
  const list = draw(() => fc.array(fc.option(SAMPLES[kind].values, { freq: 5 }), { maxLength: 4 }))
  return expression(draw, kind, depth).in(list)
}
const nullTest: Make = (draw, depth) =>
  expression(draw, pick(draw, Object.keys(SAMPLES) as SampleKind[]), depth)[pick(draw, ['isNull', 'isNotNull'])]()
const asText: Make = (draw, depth) =>
  expression(
    draw,
    pick(draw, ['int', 'bigint', 'decimal', 'bool', 'timestamp', 'date', 'uuid', 'image'] as const),
    depth,
  ).toText()
const joined: Make = (draw, depth) =>
  concat(expression(draw, 'string', depth) as never, expression(draw, 'int', depth) as never) as unknown as Loose
const path: Make = (draw, depth) => {
  const step = () => pick(draw, [...KEYS, 0, 1, -1, 3])
  return expression(draw, 'json', depth).at(...[1, 2].slice(pick(draw, [0, 1])).map(step))
}
const absent: Make = (draw, depth) => path(draw, depth).isNull()
const like: Make = (draw, depth) => expression(draw, 'string', depth).like(draw(() => patterns))
const rounded: Make = (draw, depth) =>
  expression(draw, pick(draw, ['int', 'float'] as const), depth).round(pick(draw, [0, 1, 2, 5, 22, -1, -3, -22]))
const element =
  (kind: SampleKind): Make =>
  (draw, depth) =>
    expression(draw, kind, depth).at(pick(draw, [0, 1, -1, 5, 2 ** 40]))

const ARITHMETIC = ['add', 'sub', 'mul']

const OPERATIONS: Readonly<Record<SampleKind, readonly Make[]>> = {
  bool: [
    comparison,
    comparison,
    between,
    membership,
    nullTest,
    absent,
    like,
    method('bool', ['and', 'or'], 'bool', 'bool'),
    method('bool', ['not']),
    method('string', ['contains', 'startsWith', 'endsWith', 'like'], 'string'),
    method('json', ['asBool']),
    method('json', ['eq'], 'json'),
    method('strings', ['includes'], 'string'),
    method('floats', ['includes'], 'float'),
    method('decimals', ['includes'], 'decimal'),
  ],
  string: [
    method('string', ['trim', 'trimStart', 'trimEnd', 'md5']),
    method('string', ['replace', 'replaceAll'], 'string', 'string'),
    method('string', ['slice'], 'int'),
    method('string', ['slice'], 'float', 'int'),
    (draw, depth) => expression(draw, 'string', depth).slice(pick(draw, [0, 1, -2]), pick(draw, [2, 3, -1, undefined])),
    method('string', ['concat'], 'string'),
    method('json', ['asText']),
    method('strings', ['at'], 'int'),
    (draw, depth) => expression(draw, 'image', depth)[pick(draw, ['url', 'sha256'])],
    (draw) => pick(draw, [scope.string_1, scope.string_2])?.[pick(draw, ['state', 'error'])],
    asText,
    asText,
    joined,
  ],
  int: [
    method('int', ARITHMETIC, 'int'),
    method('int', ['mod'], 'int'),
    method('int', ['neg', 'abs']),
    method('float', ['floor', 'ceil', 'toInt']),
    method('string', ['length']),
    method('timestamp', ['year', 'month', 'day', 'hour']),
    method('date', ['year', 'month', 'day']),
    method('json', ['asInt', 'length']),
    method('strings', ['length']),
    method('lists', ['length']),
    element('ints'),
  ],
  float: [
    method('float', ARITHMETIC, 'float'),
    method('float', ARITHMETIC, 'int'),
    method('int', ['div'], 'int'),
    method('float', ['div'], 'float'),
    method('float', ['neg', 'abs', 'sqrt']),
    (draw, depth) => expression(draw, 'float', depth).pow(pick(draw, [2, 3])),
    method('int', ['toFloat']),
    method('json', ['asFloat']),
    rounded,
    method('float', ['round']),
    element('floats'),
  ],
  bigint: [method('bigint', [...ARITHMETIC, 'mod'], 'bigint'), method('bigint', ['neg', 'abs'])],
  decimal: [method('decimal', ARITHMETIC, 'decimal'), method('decimal', ['neg', 'abs']), element('decimals')],
  timestamp: [],
  date: [],
  uuid: [],
  json: [path, path],
  image: [],
  strings: [],
  ints: [],
  floats: [],
  decimals: [],
  lists: [],
}

const MAKERS: Makers = { pick, expression, operand, method }
const MORE = [textExpressions(MAKERS), numberExpressions(MAKERS), timeExpressions(MAKERS), dataExpressions(MAKERS)]

function operationsOf(kind: SampleKind): readonly Make[] {
  return [...OPERATIONS[kind], ...MORE.flatMap((makers) => makers[kind] ?? [])]
}

const KINDS = (Object.keys(SAMPLES) as SampleKind[]).filter((kind) => operationsOf(kind).length > 0)

/** Nodes of expressions over the sample columns. */
export const expressionArbitrary: fc.Arbitrary<ExprNode> = fc
  .gen()
  .map((draw) => expression(draw, pick(draw, KINDS), draw(fc.integer, { min: 1, max: 4 }))[NODE])
