import {
  all,
  any,
  caseWhen,
  coalesce,
  concat,
  count,
  denseRank,
  exists,
  first,
  lag,
  last,
  lead,
  list,
  max,
  mean,
  min,
  rank,
  rowNumber,
  scalar,
  sum,
} from 'cellar'
import { type Clause, clausesOf } from './clauses.ts'
import type { AggregateExpression, Expression, FromItem, SelectQuery, Term, WindowExpression } from './description.ts'
import { mark, odd, size } from './operations.ts'
import { TABLES } from './tables.ts'

// biome-ignore lint/suspicious/noExplicitAny: methods are called by name, on expressions whose types only the description knows
export type Loose = any

/** What the callbacks have been given so far, by the number of the source, or of the query for keys and outputs. */
type Scopes = Map<string, Loose>

const FUNCTIONS: Readonly<Record<string, (...operands: Loose[]) => Loose>> = {
  ...{ all, any, count, denseRank, lag, lead, max, mean, min, rank, rowNumber, sum, coalesce, concat },
  mark: (text) => mark({ text }),
  size: (text, n) => size({ text, n }),
  odd: (n) => odd({ n }),
}

/** The description as calls of the public interface. */
export function translateQuery(query: SelectQuery, from: Loose, scopes: Scopes = new Map()): Loose {
  let built = translateSource(query.from, from, scopes)
  for (const clause of clausesOf(query)) {
    const callback =
      <T>(make: () => T) =>
      (...given: Loose[]): T => {
        putScopes(query, clause, given, scopes)
        return make()
      }
    built = translateClause(clause, { built, query, from, scopes, callback })
  }
  return built
}

interface Translation {
  readonly built: Loose
  readonly query: SelectQuery
  readonly from: Loose
  readonly scopes: Scopes
  callback<T>(make: () => T): (...given: Loose[]) => T
}

function translateClause(clause: Clause, { built, query, from, scopes, callback }: Translation): Loose {
  const value = (expression: Expression) => translateExpression(expression, from, scopes)
  const record = (values: Readonly<Record<string, Expression>>) => () =>
    Object.fromEntries(Object.entries(values).map(([name, expression]) => [name, value(expression)]))
  switch (clause.name) {
    case 'join': {
      const { from: joined, on, type } = clause.join
      const target = joined.kind === 'table' ? tableOf(joined.table) : translateSource(joined, from, scopes)
      const condition = callback(() => (on === true ? true : value(on)))
      return type === 'inner' ? built.join(target, condition) : built.join(target, condition, { type })
    }
    case 'where':
    case 'having':
      return built[clause.name](callback(() => value(clause.condition)))
    case 'groupBy':
      return built.groupBy(callback(record(query.keys ?? {})))
    case 'select':
      return built.select(callback(record(query.select ?? {})))
    case 'orderBy':
      return built.orderBy(callback(() => translateTerms(query.order, from, scopes)))
    case 'distinct':
      return built.distinct()
    case 'limit':
      return built.limit(query.limit)
    case 'offset':
      return built.offset(query.offset)
  }
}

function putScopes(query: SelectQuery, { stage }: Clause, given: readonly Loose[], scopes: Scopes): void {
  if (stage === 'outputs') {
    scopes.set(`output ${query.id}`, given[0])
    return
  }
  const sources = [query.from, ...query.joins.map((join) => join.from)]
  for (const [index, scope] of given.entries()) scopes.set(`column ${sources[index]?.id}`, scope)
  if (stage === 'groups') scopes.set(`key ${query.id}`, given[0])
}

function tableOf(name: string): Loose {
  return TABLES[name as keyof typeof TABLES]
}

function translateSource(source: FromItem, from: Loose, scopes: Scopes): Loose {
  if (source.kind === 'table') return from(tableOf(source.table))
  if (source.kind === 'query') return from(translateQuery(source.query, from, scopes))
  const [left, right] = [source.left, source.right].map((query) => translateQuery(query, from, scopes))
  return left[source.operator](right)
}

function translateExpression(expression: Expression, from: Loose, scopes: Scopes): Loose {
  const value = (part: Expression) => translateExpression(part, from, scopes)
  switch (expression.kind) {
    case 'literal':
      return expression.value
    case 'column':
      return scopes.get(`column ${expression.source}`)[expression.name]
    case 'key':
    case 'output':
      return scopes.get(`${expression.kind} ${expression.query}`)[expression.name]
    case 'call': {
      const [name = ''] = expression.name.split(':')
      const [receiver, ...operands] = expression.operands.map(value)
      const named = FUNCTIONS[name]
      return named ? named(receiver, ...operands) : receiver[name](...operands)
    }
    case 'path':
      return value(expression.of).at(...expression.steps)
    case 'in-list':
      return value(expression.of).in(expression.values)
    case 'case': {
      const cases = expression.cases.map((pair) => pair.map(value))
      return caseWhen(cases as Loose, expression.otherwise && value(expression.otherwise))
    }
    case 'aggregate':
      return translateAggregate(expression, from, scopes)
    case 'window':
      return translateWindow(expression, from, scopes)
    case 'exists':
      return exists(translateQuery(expression.query, from, scopes))
    case 'scalar':
      return scalar(translateQuery(expression.query, from, scopes))
    case 'in-query':
      return value(expression.of).in(translateQuery(expression.query, from, scopes))
  }
}

function translateAggregate({ name, of, distinct, order }: AggregateExpression, from: Loose, scopes: Scopes): Loose {
  if (!of) return count()
  const value = translateExpression(of, from, scopes)
  if (!['list', 'first', 'last'].includes(name)) return FUNCTIONS[name]?.(value, ...(distinct ? [{ distinct }] : []))
  const orderBy = translateTerms(order, from, scopes)
  return { list, first, last }[name as 'list']?.(value, { orderBy })
}

function translateWindow(window: WindowExpression, from: Loose, scopes: Scopes): Loose {
  const { name, of, distance, partition, order, rows } = window
  const operands = of ? [translateExpression(of, from, scopes)] : []
  if (name === 'lag' || name === 'lead') operands.push(distance)
  return FUNCTIONS[name]?.(...operands).over({
    ...(partition.length > 0 ? { partitionBy: partition.map((part) => translateExpression(part, from, scopes)) } : {}),
    ...(order.length > 0 ? { orderBy: translateTerms(order, from, scopes) } : {}),
    ...(rows ? { rows } : {}),
  })
}

function translateTerms(terms: readonly Term[], from: Loose, scopes: Scopes): Loose[] {
  return terms.map(({ expression, direction, nulls }) => {
    const term = translateExpression(expression, from, scopes)[direction]()
    return nulls === undefined ? term : nulls === 'first' ? term.nullsFirst() : term.nullsLast()
  })
}
