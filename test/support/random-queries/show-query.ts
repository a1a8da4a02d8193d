import type { Expression, FromItem, SelectQuery, Term } from './description.ts'

/** A query as text, close to the calls that it stands for. */
export function showQuery(query: SelectQuery): string {
  const record = (values: Readonly<Record<string, Expression>>) =>
    `{ ${Object.entries(values)
      .map(([name, value]) => `${name}: ${show(value)}`)
      .join(', ')} }`
  const lines = [
    `from(${showSource(query.from)})`,
    ...query.joins.map(({ type, from, on }) => `.join(${showSource(from)}, ${on === true ? on : show(on)}, ${type})`),
    ...query.wheres.map((condition) => `.where(${show(condition)})`),
    ...(query.keys ? [`.groupBy(${record(query.keys)})`] : []),
    ...query.havings.map((condition) => `.having(${show(condition)})`),
    ...(query.select ? [`.select(${record(query.select)})`] : []),
    ...(query.distinct ? ['.distinct()'] : []),
    ...(query.order.length > 0 ? [`.orderBy(${showTerms(query.order)})`] : []),
    ...(query.limit === undefined ? [] : [`.limit(${query.limit})`]),
    ...(query.offset === undefined ? [] : [`.offset(${query.offset})`]),
  ]
  return lines.join('\n').replaceAll('\n', '\n  ')
}

function showSource(from: FromItem): string {
  if (from.kind === 'table') return `${from.table} as ${from.id}`
  if (from.kind === 'query') return `${showQuery(from.query)} as ${from.id}`
  return `${showQuery(from.left)}\n.${from.operator}(${showQuery(from.right)}) as ${from.id}`
}

function showTerms(terms: readonly Term[]): string {
  return `[${terms
    .map(({ expression, direction, nulls }) => `${show(expression)} ${direction}${nulls ? ` nulls ${nulls}` : ''}`)
    .join(', ')}]`
}

function show(expression: Expression): string {
  switch (expression.kind) {
    case 'literal':
      return JSON.stringify(expression.value)
    case 'column':
      return `c${expression.source}.${expression.name}`
    case 'key':
    case 'output':
      return `${expression.kind}.${expression.name}`
    case 'call':
      return `${expression.name}(${expression.operands.map(show).join(', ')})`
    case 'path':
      return `${show(expression.of)}.at(${JSON.stringify(expression.steps)})`
    case 'in-list':
      return `${show(expression.of)}.in(${JSON.stringify(expression.values)})`
    case 'case':
      return `case(${expression.cases.map((pair) => pair.map(show).join(' → ')).join(', ')}, ${
        expression.otherwise ? show(expression.otherwise) : 'null'
      })`
    case 'aggregate':
    case 'window': {
      const of = expression.of ? show(expression.of) : ''
      const order = expression.order.length > 0 ? `, order ${showTerms(expression.order)}` : ''
      if (expression.kind === 'aggregate')
        return `${expression.name}(${expression.distinct ? 'distinct ' : ''}${of}${order})`
      const rows = expression.rows ? JSON.stringify(expression.rows) : ''
      return `${expression.name}(${of}).over(by [${expression.partition.map(show).join(', ')}]${order} ${rows})`
    }
    case 'exists':
    case 'scalar':
      return `${expression.kind}(${showQuery(expression.query)})`
    case 'in-query':
      return `${show(expression.of)}.in(${showQuery(expression.query)})`
  }
}
