import {
  type Expression,
  expressionsOf,
  type FromItem,
  type Join,
  outputsOf,
  partsOf,
  type Row,
  type SelectQuery,
  type SetOperator,
} from './description.ts'
import { compareTerms, type Environment, type Interpreter } from './environment.ts'
import { evaluate } from './evaluate.ts'
import { identityOf } from './values.ts'

type Content = Readonly<Record<string, readonly Row[]>>

/**
 * Answers a query in the most naive way: from, join, where, group, having, window, select, distinct, order, limit, each
 * as a loop over arrays. It knows the meaning of queries, and nothing of how Cellar runs them.
 */
export function interpretQuery(query: SelectQuery, content: Content): Row[] {
  const interpreter: Interpreter = { content, evaluate, rowsOf, known: new Map() }
  return rowsOf(query, undefined, interpreter)
}

function rowsOf(query: SelectQuery, outer: Environment | undefined, interpreter: Interpreter): Row[] {
  if (outer && interpreter.known.has(query)) return interpreter.known.get(query) ?? []
  const rows = selectRows(query, outer, interpreter)
  if (outer && isClosed(query)) interpreter.known.set(query, rows)
  return rows
}

const closed = new WeakMap<SelectQuery, boolean>()

/** Names nothing of the queries around it, so that its rows are always the same. */
function isClosed(query: SelectQuery): boolean {
  const known = closed.get(query)
  if (known !== undefined) return known
  const expressions = expressionsOf(query)
  const sources = new Set(sourcesWithin(query))
  const isOutside = (part: Expression): boolean => {
    if (part.kind === 'column') return !sources.has(part.source)
    // Keys and outputs can be those of a query around.
    if (part.kind === 'key' || part.kind === 'output') return isOutside(part.of)
    return partsOf(part).some(isOutside)
  }
  const result = !expressions.some(isOutside)
  closed.set(query, result)
  return result
}

function sourcesWithin(query: SelectQuery): readonly number[] {
  const froms = [query.from, ...query.joins.map((join) => join.from)]
  const inSources = froms.flatMap((from) =>
    from.kind === 'query'
      ? sourcesWithin(from.query)
      : from.kind === 'set'
        ? [...sourcesWithin(from.left), ...sourcesWithin(from.right)]
        : [],
  )
  const inExpressions = expressionsOf(query).flatMap((part) =>
    'query' in part && typeof part.query === 'object' ? sourcesWithin(part.query) : [],
  )
  return [...froms.map((from) => from.id), ...inSources, ...inExpressions]
}

function selectRows(query: SelectQuery, outer: Environment | undefined, interpreter: Interpreter): Row[] {
  const holds = (condition: SelectQuery['wheres'][number]) => (env: Environment) =>
    evaluate(condition, env, interpreter) === true
  let units = joinedRows(query, outer, interpreter)
  for (const condition of query.wheres) units = units.filter(holds(condition))
  if (query.keys) units = groups(query, units, outer, interpreter)
  for (const condition of query.havings) units = units.filter(holds(condition))
  const peers = { units, values: new Map() }
  for (const unit of units) unit.peers = peers
  const outputs = Object.entries(outputsOf(query))
  let made = units.map((unit) => ({
    unit,
    row: Object.fromEntries(outputs.map(([name, value]) => [name, evaluate(value, unit, interpreter)])),
  }))
  if (query.distinct) made = distinctBy(made, ({ row }) => identityOf(row))
  made.sort((a, b) => compareTerms(query.order, a.unit, b.unit, interpreter))
  const start = query.offset ?? 0
  const end = query.limit === undefined ? undefined : start + query.limit
  return made.slice(start, end).map(({ row }) => row)
}

function joinedRows(query: SelectQuery, outer: Environment | undefined, interpreter: Interpreter): Environment[] {
  let left = sourceRows(query.from, outer, interpreter).map((row) => withSource(outer, query.from.id, row))
  const before = [query.from.id]
  for (const join of query.joins) {
    left = joinRows(left, before, join, outer, interpreter)
    before.push(join.from.id)
  }
  return left
}

function joinRows(
  left: readonly Environment[],
  before: readonly number[],
  { type, from, on }: Join,
  outer: Environment | undefined,
  interpreter: Interpreter,
): Environment[] {
  const right = sourceRows(from, outer, interpreter)
  const met = new Set<Row>()
  const result: Environment[] = []
  for (const some of left) {
    let found = false
    for (const row of right) {
      const pair = withSource(some, from.id, row)
      if (type !== 'cross' && on !== true && evaluate(on, pair, interpreter) !== true) continue
      found = true
      met.add(row)
      result.push(pair)
    }
    if (!found && (type === 'left' || type === 'full')) result.push(withSource(some, from.id, null))
  }
  if (type !== 'right' && type !== 'full') return result
  for (const row of right) {
    if (met.has(row)) continue
    const none = before.reduce<Environment | undefined>((env, id) => withSource(env, id, null), outer)
    result.push(withSource(none, from.id, row))
  }
  return result
}

function withSource(env: Environment | undefined, id: number, row: Row | null): Environment {
  return { sources: new Map([...(env?.sources ?? []), [id, row]]), group: undefined, peers: undefined }
}

function sourceRows(from: FromItem, outer: Environment | undefined, interpreter: Interpreter): Row[] {
  // Each row is an object of its own, so that equal ones are told apart.
  if (from.kind === 'table') return (interpreter.content[from.table] ?? []).map((row) => ({ ...row }))
  if (from.kind === 'query') return rowsOf(from.query, outer, interpreter).map((row) => ({ ...row }))
  const [a, b] = [rowsOf(from.left, outer, interpreter), rowsOf(from.right, outer, interpreter)]
  return combine(from.operator, a, b).map((row) => ({ ...row }))
}

function combine(operator: SetOperator, left: readonly Row[], right: readonly Row[]): readonly Row[] {
  const others = new Set(right.map(identityOf))
  switch (operator) {
    case 'unionAll':
      return [...left, ...right]
    case 'union':
      return distinctBy([...left, ...right], identityOf)
    case 'except':
      return distinctBy(left, identityOf).filter((row) => !others.has(identityOf(row)))
    case 'intersect':
      return distinctBy(left, identityOf).filter((row) => others.has(identityOf(row)))
  }
}

function groups(
  { keys = {} }: SelectQuery,
  rows: readonly Environment[],
  outer: Environment | undefined,
  interpreter: Interpreter,
): Environment[] {
  const found = new Map<string, Environment[]>()
  // Without keys there is one group, even of no rows.
  if (Object.keys(keys).length === 0) found.set('', [])
  for (const row of rows) {
    const identity = Object.values(keys)
      .map((key) => identityOf(evaluate(key, row, interpreter)))
      .join()
    found.set(identity, [...(found.get(identity) ?? []), row])
  }
  return [...found.values()].map((group) => ({
    sources: group[0]?.sources ?? outer?.sources ?? new Map(),
    group,
    peers: undefined,
  }))
}

function distinctBy<T>(values: readonly T[], identity: (value: T) => string): T[] {
  const seen = new Set<string>()
  return values.filter((value) => !seen.has(identity(value)) && seen.add(identity(value)))
}
