import type { Choices } from './choices.ts'
import type { Expression, SelectQuery, Term, Type, Value, WindowExpression } from './description.ts'
import { OPERATIONS } from './operations.ts'
import { FLOATS, INTS, TEXTS, TIMES } from './tables.ts'

/** What an expression may hold where it stands. */
export interface Reach {
  /** Columns, keys or outputs that can be named. */
  readonly names: readonly Expression[]
  /** For groups: what can be named of the rows that aggregates look at. */
  readonly rows?: Reach
  readonly windows: boolean
  /** What tells the rows, or the groups, apart; undefined where nothing does. */
  readonly identity: readonly Expression[] | undefined
  /** Whether parts may be such that only JavaScript can evaluate them. */
  readonly javaScript: boolean
  /** How many queries may stand within each other here. */
  readonly level: number
  /** What sub-queries can name of the queries around them. */
  readonly outer: readonly Expression[]
  /** Makes a query within the expression, of one column, or of one value. */
  subquery(options: SubqueryOptions): SelectQuery
}

export interface SubqueryOptions {
  readonly type: Type | undefined
  readonly oneRow: boolean
  readonly outer: readonly Expression[]
  readonly level: number
  readonly javaScript: boolean
}

export const ORDERED: readonly Type[] = ['int', 'text', 'float', 'bool', 'time']
const LITERALS: Readonly<Record<string, readonly Value[]>> = {
  int: INTS,
  float: FLOATS,
  text: TEXTS,
  bool: [true, false],
  time: TIMES,
}
const NAMES = Object.keys(OPERATIONS)

type Make = () => Expression

export function generateExpression(choices: Choices, type: Type, reach: Reach, depth: number): Expression {
  const named = reach.names.filter((name) => name.type === type)
  const inside = (wanted: Type, less = 1) => generateExpression(choices, wanted, reach, depth - less)
  const leaf: Make = () => (named.length > 0 ? choices.pick(named) : baseExpression(choices, type, reach))
  const outer = reach.outer.filter((name) => name.type === type)
  if (outer.length > 0 && choices.percent(35)) return choices.pick(outer)
  if (depth <= 0) return leaf()
  const makers: Make[] = [leaf, leaf, () => generateCall(choices, type, reach, depth)]
  if (type !== 'json' && type !== 'list') {
    makers.push(() => generateCall(choices, type, reach, depth))
    if (choices.percent(15)) makers.push(() => generateCase(choices, type, reach, depth))
    if (reach.level > 0 && choices.percent(25)) makers.push(() => scalarQuery(choices, type, reach))
  }
  if (type === 'json') makers[2] = () => ({ kind: 'path', type, of: inside('json'), steps: path(choices) })
  if (type === 'bool') {
    const of = () => inside(choices.pick(ORDERED))
    if (choices.percent(20)) makers.push(() => inList(choices, of()))
    if (reach.level > 0 && choices.percent(35)) makers.push(() => queryCondition(choices, reach, of()))
  }
  if (reach.rows && choices.percent(60)) {
    const { rows } = reach
    makers.push(() => generateAggregate(choices, type, rows) ?? leaf())
  }
  if (reach.windows && choices.percent(30)) makers.push(() => generateWindow(choices, type, reach) ?? leaf())
  return choices.pick(makers)()
}

/** An expression of a type that nothing in reach has. */
function baseExpression(choices: Choices, type: Type, reach: Reach): Expression {
  const aggregate = reach.rows && generateAggregate(choices, type, reach.rows)
  if (aggregate) return aggregate
  const [name = reach.rows && countOf()] = reach.names.length > 0 ? [choices.pick(reach.names)] : []
  if (!name) throw new Error('nothing can be named')
  const known = ['json', 'list'].includes(name.type) ? 'json' : name.type
  const isNull: Expression = { kind: 'call', name: `isNull:${known}`, type: 'bool', operands: [name] }
  if (type === 'bool') return isNull
  if (type === 'text') return { kind: 'call', name: 'toText:bool', type, operands: [isNull] }
  const text: Expression = { kind: 'call', name: 'toText:bool', type: 'text', operands: [isNull] }
  const int: Expression = { kind: 'call', name: 'length', type: 'int', operands: [text] }
  if (type === 'int') return int
  if (type === 'float') return { kind: 'call', name: 'toFloat', type, operands: [int] }
  if (type === 'time') return { kind: 'case', type, cases: [[isNull, literal(choices, type)]], otherwise: undefined }
  throw new Error(`no ${type} can be made`)
}

const countOf = (): Expression => ({
  kind: 'aggregate',
  name: 'count',
  type: 'int',
  of: undefined,
  distinct: false,
  order: [],
})

function literal(choices: Choices, type: Type): Expression {
  return { kind: 'literal', type, value: choices.pick(LITERALS[type] ?? []) }
}

function generateCall(choices: Choices, type: Type, reach: Reach, depth: number): Expression {
  const possible = NAMES.filter((name) => {
    const operation = OPERATIONS[name]
    if (operation?.type !== type || (operation.javaScript && !reach.javaScript)) return false
    return !operation.operands.includes('json') || hasType(reach, 'json')
  })
  const favoured = possible.filter((name) => OPERATIONS[name]?.javaScript)
  if (possible.length === 0) return generateExpression(choices, type, reach, 0)
  const name = favoured.length > 0 && choices.percent(35) ? choices.pick(favoured) : choices.pick(possible)
  const operands = (OPERATIONS[name]?.operands ?? []).map((operand, index) => {
    // A value has no methods of its own, so the first operand is an expression.
    if (index > 0 && LITERALS[operand] && choices.percent(40)) return literal(choices, operand)
    return generateExpression(choices, operand, reach, depth - 1)
  })
  return { kind: 'call', type, name, operands }
}

function hasType({ names }: Reach, type: Type): boolean {
  return names.some((name) => name.type === type)
}

function generateCase(choices: Choices, type: Type, reach: Reach, depth: number): Expression {
  const condition = () => generateExpression(choices, 'bool', reach, depth - 1)
  const first = [condition(), generateExpression(choices, type, reach, depth - 1)] as const
  const more = choices.percent(40) ? [[condition(), literal(choices, type)] as const] : []
  const otherwise = choices.percent(50) ? generateExpression(choices, type, reach, depth - 1) : undefined
  return { kind: 'case', type, cases: [first, ...more], otherwise }
}

function path(choices: Choices): readonly (string | number)[] {
  return choices.times(1 + choices.below(2), () => choices.pick(['a', 'b', 0, 1, -1]))
}

function inList(choices: Choices, of: Expression): Expression {
  const values = choices.times(choices.below(4), () =>
    choices.percent(20) ? null : choices.pick(LITERALS[of.type] ?? []),
  )
  return { kind: 'in-list', type: 'bool', of, values }
}

/** Half of the sub-queries name something of the query around them; those have no JavaScript. */
function optionsOf(choices: Choices, reach: Reach, type: Type | undefined, oneRow: boolean): SubqueryOptions {
  const names = reach.names.filter((name) => isColumn(name))
  const correlated = names.length > 0 && choices.percent(60)
  return {
    type,
    oneRow,
    outer: correlated ? [...reach.outer, ...names] : reach.outer,
    level: reach.level - 1,
    javaScript: reach.javaScript && !correlated && choices.percent(60),
  }
}

const isColumn = (name: Expression): boolean => name.kind === 'column' || (name.kind === 'key' && isColumn(name.of))

function scalarQuery(choices: Choices, type: Type, reach: Reach): Expression {
  return { kind: 'scalar', type, query: reach.subquery(optionsOf(choices, reach, type, true)) }
}

function queryCondition(choices: Choices, reach: Reach, of: Expression): Expression {
  if (choices.percent(50))
    return { kind: 'exists', type: 'bool', query: reach.subquery(optionsOf(choices, reach, undefined, false)) }
  return { kind: 'in-query', type: 'bool', of, query: reach.subquery(optionsOf(choices, reach, of.type, false)) }
}

/** What JavaScript makes of a window. */
export function generateLateValue(choices: Choices, reach: Reach): Expression {
  const window = generateWindow(choices, 'int', reach) ?? generateExpression(choices, 'int', reach, 1)
  return { kind: 'call', type: 'bool', name: 'odd', operands: [window] }
}

export function generateTerm(choices: Choices, reach: Reach, depth: number): Term {
  return termOf(choices, generateExpression(choices, choices.pick(ORDERED), reach, depth))
}

export function termOf(choices: Choices, expression: Expression): Term {
  return { expression, direction: choices.pick(['asc', 'desc']), nulls: choices.pick([undefined, 'first', 'last']) }
}

/** One more terms that leave no two rows equal; undefined where there are none. */
function totalOrder(choices: Choices, reach: Reach): readonly Term[] | undefined {
  const identity = reach.identity?.map((expression) => termOf(choices, expression))
  if (!identity) return undefined
  return choices.percent(60) ? [generateTerm(choices, reach, 1), ...identity] : identity
}

/** An aggregate with values of the type, over the rows of a group. */
export function generateAggregate(choices: Choices, type: Type, rows: Reach): Expression | undefined {
  const aggregate = (name: string, of: Expression | undefined, order: readonly Term[] = [], distinct = false) =>
    ({ kind: 'aggregate', type, name, of, distinct, order }) as const
  const of = (wanted: Type) => generateExpression(choices, wanted, rows, 2)
  const distinct = () => choices.percent(25)
  const makers: (() => Expression | undefined)[] = []
  const order = () => (rows.identity ? totalOrder(choices, { ...rows, windows: false }) : undefined)
  if (type === 'int') {
    makers.push(() => aggregate('count', undefined))
    makers.push(() => aggregate('count', of(choices.pick(ORDERED)), [], distinct()))
    makers.push(() => aggregate('sum', of('int'), [], distinct()))
  }
  if (type === 'float') {
    makers.push(() => aggregate('sum', of('float'), [], distinct()))
    makers.push(() => aggregate('mean', of(choices.pick(['int', 'float'])), [], distinct()))
  }
  if (type === 'bool') makers.push(() => aggregate(choices.pick(['any', 'all']), of('bool')))
  if (ORDERED.includes(type)) makers.push(() => aggregate(choices.pick(['min', 'max']), of(type)))
  if (rows.identity && (type === 'list' || ORDERED.includes(type)))
    makers.push(() => {
      const terms = order()
      const names = type === 'list' ? ['list'] : ['first', 'last']
      return terms && aggregate(choices.pick(names), of(type === 'list' ? choices.pick(ORDERED) : type), terms)
    })
  return makers.length > 0 ? choices.pick(makers)() : undefined
}

function generateWindow(choices: Choices, type: Type, reach: Reach): WindowExpression | undefined {
  const within = { ...reach, windows: false }
  const of = (wanted: Type) => generateExpression(choices, wanted, within, 1)
  const partition = choices.percent(50) ? [of(choices.pick(ORDERED))] : []
  const total = totalOrder(choices, within)
  const some = choices.percent(50) ? [generateTerm(choices, within, 1)] : []
  const window = (name: string, value: Expression | undefined, order: readonly Term[]) =>
    ({ kind: 'window', type, name, of: value, distance: 1, partition, order, rows: undefined }) as const
  const over = (name: string, value: Expression | undefined): WindowExpression => {
    if (!total || choices.percent(60)) return window(name, value, some)
    const rows = { preceding: choices.below(3), ...(choices.percent(50) ? { following: choices.below(2) } : {}) }
    return { ...window(name, value, total), rows }
  }
  const makers: (() => WindowExpression)[] = []
  if (type === 'int') {
    makers.push(() => window(choices.pick(['rank', 'denseRank']), undefined, some))
    if (total) makers.push(() => window('rowNumber', undefined, total))
    makers.push(() => over('count', choices.percent(50) ? of(choices.pick(ORDERED)) : undefined))
  }
  if (type === 'int' || type === 'float') makers.push(() => over('sum', of(type)))
  if (type === 'float') makers.push(() => over('mean', of('int')))
  if (type === 'bool') makers.push(() => over(choices.pick(['any', 'all']), of('bool')))
  if (ORDERED.includes(type)) {
    makers.push(() => over(choices.pick(['min', 'max']), of(type)))
    if (total)
      makers.push(() => ({ ...window(choices.pick(['lag', 'lead']), of(type), total), distance: choices.below(3) }))
  }
  return makers.length > 0 ? choices.pick(makers)() : undefined
}
