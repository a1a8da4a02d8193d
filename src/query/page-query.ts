import { loadSecret } from '../catalog/secrets.ts'
import type { Database } from '../database/database.ts'
import { CellarError } from '../errors/cellar-error.ts'
import { literalNode } from '../expr/literal-node.ts'
import type { ExprNode } from '../expr/node.ts'
import { nodeKey } from '../expr/node-key.ts'
import type { OrderSpec } from '../expr/order-spec.ts'
import type { Row } from '../schema/row-codec.ts'
import { types } from '../types/kinds.ts'
import type { JsonValue } from '../util/json.ts'
import { combineConditions } from './conditions.ts'
import { type Cursor, readCursor, writeCursor } from './cursor.ts'
import { collectQuery, type QueryContext, schemaOf } from './execute-query.ts'
import { queryFingerprint } from './fingerprint.ts'
import { isGrouped } from './groups.ts'
import { rowsAfter, totalOrder } from './page-key.ts'
import type { Parameters } from './parameter-mark.ts'
import type { Page, PageOptions } from './query.ts'
import type { QuerySpec } from './query-spec.ts'
import { outputsOf } from './sources.ts'

const DEFAULT_LIMIT = 100
const MAX_LIMIT = 10_000

const secrets = new WeakMap<Database, Promise<Uint8Array>>()

/** The rows behind a cursor, and the cursor behind them; no row is skipped or given twice while others come and go. */
export async function pageQuery(
  context: QueryContext,
  spec: QuerySpec,
  { after, limit = DEFAULT_LIMIT, signal }: PageOptions,
  parameters?: Parameters,
): Promise<Page<Row>> {
  if (!(Number.isSafeInteger(limit) && limit >= 1 && limit <= MAX_LIMIT))
    throw refused(`its limit is a whole number from 1 to ${MAX_LIMIT}`)
  if (spec.limit || spec.offset) throw refused('the query has a limit of its own')
  if (spec.sample) throw refused('a sample has no pages')
  const order = totalOrder(spec)
  const [query, schema, secret] = [
    queryFingerprint(spec, parameters),
    await schemaOf(context, spec),
    await secretOf(context),
  ]
  const cursor = after === undefined || after === null ? undefined : readCursor(secret, after, query)
  if (cursor && cursor.schema !== schema) throw new CellarError('CURSOR_OUTDATED', {})
  const keyed = keyedQuery(spec, order, cursor)
  const page = { ...keyed.query, limit: literalNode(limit + 1, types.int) }
  const options = { ...(signal ? { signal } : {}), ...(parameters ? { parameters } : {}) }
  const rows = await collectQuery(context, Object.freeze(page), options)
  const last = rows.length > limit ? rows[limit - 1] : undefined
  const next = last ? writeCursor(secret, { query, schema, key: keyOf(last, keyed.key) }) : null
  const names = Object.keys(outputsOf(spec))
  const shown = rows.slice(0, limit).map((row) => Object.fromEntries(names.map((name) => [name, row[name]])))
  return { rows: shown, next }
}

type Key = readonly { readonly name: string; readonly node: ExprNode }[]

/** The query with the values of its order in the result, and only the rows that are behind the cursor. */
function keyedQuery(spec: QuerySpec, order: readonly OrderSpec[], cursor: Cursor | undefined) {
  const outputs = outputsOf(spec)
  const select: Record<string, ExprNode> = { ...outputs }
  const names = new Map(Object.entries(outputs).map(([name, node]) => [nodeKey(node), name]))
  const key: Key = order.map(({ node }, index) => {
    const name = names.get(nodeKey(node)) ?? `~key${index}`
    select[name] = node
    return { name, node }
  })
  const query = { ...spec, select: Object.freeze(select), order }
  if (!cursor) return { key, query }
  const values = key.map(({ node }, index) => {
    const value = cursor.key[index] ?? null
    return value === null ? null : node.type.fromStoredJson(value)
  })
  const condition = rowsAfter(order, values)
  if (isGrouped(spec)) return { key, query: { ...query, having: combineConditions(spec.having, condition) } }
  return { key, query: { ...query, where: combineConditions(spec.where, condition) } }
}

function keyOf(row: Row, key: Key): JsonValue[] {
  return key.map(({ name, node }) => {
    const value = row[name]
    return value === null || value === undefined ? null : node.type.toStoredJson(value)
  })
}

/** Asked for once per process and database. */
function secretOf({ database, session }: QueryContext): Promise<Uint8Array> {
  const known = secrets.get(database)
  if (known) return known
  const secret = loadSecret(session ?? database, 'cursor-key')
  if (!session) secrets.set(database, secret)
  secret.catch(() => secrets.delete(database))
  return secret
}

function refused(reason: string): CellarError<'INVALID_QUERY'> {
  return new CellarError('INVALID_QUERY', { clause: 'page', reason })
}
