import { type Expression, type Join, partsOf, type SelectQuery } from './description.ts'

/** What the callback of a clause can name: rows, groups, or columns of the result. */
type Stage = 'rows' | 'groups' | 'outputs' | 'any'

export type Clause = { readonly stage: Stage; readonly joins: number } & (
  | { readonly name: 'join'; readonly join: Join }
  | { readonly name: 'where' | 'having'; readonly condition: Expression }
  | { readonly name: 'groupBy' | 'select' | 'orderBy' | 'distinct' | 'limit' | 'offset' }
)

/** The clauses of a query in the order of their calls: shuffled, as far as their callbacks allow. */
export function clausesOf(query: SelectQuery): readonly Clause[] {
  const clauses = query.joins.map((join, index): Clause => ({ name: 'join', join, stage: 'rows', joins: index }))
  const rest = restOf(query).map((clause, index) => ({ clause, weight: query.shuffle[index] ?? 1000 + index }))
  rest.sort((a, b) => a.weight - b.weight)
  const [keys, select] = ['groupBy', 'select'].map((name) => rest.find(({ clause }) => clause.name === name)?.clause)
  const before = (stage: Stage) => rest.map(({ clause }) => clause).filter((clause) => isAt(clause, stage))
  const free = before('any')
  const steps = [...before('rows'), ...(keys ? [keys] : []), ...before('groups'), ...(select ? [select] : [])]
  const fixed = [...steps, ...before('outputs')]
  for (const clause of fixed.filter((some) => some.name === 'where' || some.name === 'orderBy')) {
    // A condition can come before joins that it does not name.
    if (clause.stage === 'rows') clauses.splice(placeOf(clause, clauses, query), 0, clause)
  }
  const placed = [...clauses, ...fixed.filter((clause) => !clauses.includes(clause))]
  for (const [index, clause] of free.entries()) {
    placed.splice((query.shuffle[rest.length + index] ?? placed.length) % (placed.length + 1), 0, clause)
  }
  return placed
}

function isAt(clause: Clause, stage: Stage): boolean {
  return clause.stage === stage && clause.name !== 'groupBy' && clause.name !== 'select'
}

/** After the last join whose source it names; orders with aggregates or windows may stand anywhere after all. */
function placeOf(clause: Clause, clauses: readonly Clause[], query: SelectQuery): number {
  const early = (query.shuffle[0] ?? 0) % 2 === 0
  if (!early) return clauses.length
  const last = clauses.findLastIndex((other) => other.name === 'join' && other.joins < clause.joins)
  return last + 1
}

function restOf(query: SelectQuery): readonly Clause[] {
  const { wheres, keys, havings, select, distinct, order, limit, offset } = query
  const clauses: Clause[] = []
  const add = (name: 'groupBy' | 'select' | 'orderBy' | 'distinct' | 'limit' | 'offset', stage: Stage, joins = 0) =>
    clauses.push({ name, stage, joins })
  for (const condition of wheres) clauses.push({ name: 'where', condition, ...needsOf(query, [condition]) })
  if (keys && Object.keys(keys).length > 0) add('groupBy', 'rows')
  for (const condition of havings) {
    const { stage, joins } = needsOf(query, [condition])
    clauses.push({ name: 'having', condition, joins, stage: stage === 'rows' ? 'groups' : stage })
  }
  if (select) add('select', keys ? 'groups' : 'rows')
  if (order.length > 0) {
    const { stage, joins } = needsOf(
      query,
      order.map((term) => term.expression),
    )
    clauses.push({ name: 'orderBy', joins, stage: keys && stage === 'rows' ? 'groups' : stage })
  }
  if (distinct) add('distinct', 'any')
  if (limit !== undefined) add('limit', 'any')
  if (offset !== undefined) add('offset', 'any')
  return clauses
}

function needsOf(query: SelectQuery, expressions: readonly Expression[]): { stage: Stage; joins: number } {
  const all = expressions.flatMap(withParts)
  const owned = (kind: string) => all.some((part) => part.kind === kind && 'query' in part && part.query === query.id)
  const joins = Math.max(0, ...query.joins.map(({ from }, index) => (names(all, from.id) ? index + 1 : 0)))
  const hasSubquery = all.some((part) => 'query' in part && typeof part.query === 'object')
  const stage = owned('output') ? 'outputs' : owned('key') ? 'groups' : 'rows'
  return { stage, joins: hasSubquery ? query.joins.length : joins }
}

const names = (all: readonly Expression[], source: number) =>
  all.some((part) => part.kind === 'column' && part.source === source)

function withParts(expression: Expression): readonly Expression[] {
  return [expression, ...partsOf(expression).flatMap(withParts)]
}
