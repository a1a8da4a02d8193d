import { type Cellar, isCellarError } from 'cellar'
import type { Row, SelectQuery } from './description.ts'
import { interpretQuery } from './interpret.ts'
import { translateQuery } from './translate.ts'
import { identityOf } from './values.ts'

/** What the documentation of queries says that it refuses: everything else is answered. */
const DOCUMENTED = [
  /^the condition of a (?:left|right|full) join compares rows in JavaScript/,
  /^a query within an expression that reads \w+ of the query around it cannot also evaluate something/,
]

function isDocumented(reason: unknown): boolean {
  return DOCUMENTED.some((documented) => documented.test(String(reason)))
}

/** What became of a query: it was answered, or refused for a documented reason. */
export type Outcome = 'answered' | 'refused'

/** Runs a query in every way and compares with what it means. */
export async function checkQuery(
  cellar: Cellar,
  query: SelectQuery,
  content: Readonly<Record<string, readonly Row[]>>,
): Promise<Outcome> {
  const expected = interpretQuery(query, content)
  let rows: Row[]
  try {
    const built = translateQuery(query, cellar.from)
    rows = await built.collect()
    compare('collect', rows, expected, query.total)
    const streamed: Row[] = []
    for await (const row of built.stream()) streamed.push(row)
    compare('stream', streamed, expected, query.total)
    const counted = await built.count()
    if (counted !== expected.length) throw new Error(`count gives ${counted}, not ${expected.length}`)
  } catch (error) {
    if (isCellarError(error) && error.code === 'INVALID_QUERY' && isDocumented(error.details.reason)) return 'refused'
    throw error
  }
  return 'answered'
}

function compare(method: string, rows: readonly Row[], expected: readonly Row[], total: boolean): void {
  const [a, b] = [rows.map(identityOf), expected.map(identityOf)]
  if (!total) for (const identities of [a, b]) identities.sort()
  if (a.join('\n') === b.join('\n')) return
  const list = (identities: readonly string[]) => identities.map((identity) => `  ${identity}\n`).join('')
  throw new Error(`${method} gives\n${list(a)}where these are expected${total ? ', in this order' : ''}:\n${list(b)}`)
}
