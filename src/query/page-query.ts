import { loadSecret } from '../catalog/secrets.ts'
import type { Database } from '../database/database.ts'
import { CellarError } from '../errors/cellar-error.ts'
import { isSqlCompilable } from '../expr/sql-compilable.ts'
import type { CodecColumn, RawRow, Row } from '../schema/row-codec.ts'
import type { JsonValue } from '../util/json.ts'
import { schemaOf } from './compiled-query.ts'
import { conjunctsOf } from './conditions.ts'
import { readCursor, writeCursor } from './cursor.ts'
import { collectQuery, streamQuery } from './execute-query.ts'
import { queryFingerprint } from './fingerprint.ts'
import { isDirect } from './lower-query.ts'
import { type KeyColumn, type PagePlan, type PageRead, pagePlan, type ReadCount } from './page-plan.ts'
import type { Parameters } from './parameter-mark.ts'
import type { Page, PageOptions } from './query.ts'
import type { QueryContext } from './query-context.ts'
import type { QuerySpec } from './query-spec.ts'
import { readRaw } from './read-raw.ts'

export const DEFAULT_PAGE = 100
const MAX_LIMIT = 10_000
const NONE: Parameters = Object.freeze({})

const secrets = new WeakMap<Database, Promise<Uint8Array>>()

/** What is asked of a query with parameters. */
export interface PageRequest {
  readonly limit: number
  readonly after?: string | null | undefined
  readonly parameters?: Parameters
  /** What a cursor is bound to; left out, the parameters. */
  readonly boundTo?: (() => unknown) | undefined
  readonly signal?: AbortSignal | undefined
}

/** Rows of a page as Postgres wrote them: behind the columns there are others, which make the cursor. */
export interface RawPage {
  readonly columns: readonly CodecColumn[]
  readonly rows: readonly RawRow[]
  readonly next: string | null
}

/** The rows behind a cursor, and the cursor behind them; no row is skipped or given twice while others come and go. */
export async function pageQuery(
  context: QueryContext,
  spec: QuerySpec,
  { after, limit = DEFAULT_PAGE, signal }: PageOptions,
): Promise<Page<Row>> {
  if (Number.isSafeInteger(limit) && limit >= 1 && limit <= MAX_LIMIT)
    return readPage(context, spec, { limit, after, signal })
  throw new CellarError('INVALID_QUERY', {
    clause: 'page',
    reason: `its limit is a whole number from 1 to ${MAX_LIMIT}`,
  })
}

export async function readPage(context: QueryContext, spec: QuerySpec, request: PageRequest): Promise<Page<Row>> {
  const page = await readSome(
    context,
    { spec, request },
    ({ spec: query, parameters }) => readRows(context, query, { parameters, ...signalOf(request) }),
    (row, { name }) => row[name],
  )
  const { names } = pagePlan(spec)
  return { next: page.next, rows: page.rows.map((row) => Object.fromEntries(names.map((name) => [name, row[name]]))) }
}

const signalOf = ({ signal }: PageRequest) => (signal ? { signal } : {})

/** Undefined where JavaScript has a part in the query. */
export async function readRawPage(
  context: QueryContext,
  spec: QuerySpec,
  request: PageRequest,
): Promise<RawPage | undefined> {
  if (!isDirect(spec)) return undefined
  let columns: readonly CodecColumn[] | undefined = []
  const page = await readSome<RawRow>(
    context,
    { spec, request },
    async ({ spec: query, parameters }) => {
      const found = await readRaw(context, query, { parameters, signal: request.signal })
      columns = found?.columns
      return found?.rows ?? []
    },
    (row, { at, type }) => decoded(row[at], type),
  )
  return columns && { ...page, columns }
}

const decoded = (text: string | null | undefined, type: { decode(text: string): unknown }) =>
  text === null || text === undefined ? null : type.decode(text)

/** Where a page begins. */
export interface PageStart {
  /** The values of the order that its rows stand behind; undefined at the very beginning. */
  readonly key: readonly unknown[] | undefined
  /** Rows on the pages before. */
  readonly given: number
}

/** Reads the cursor of a request. @throws INVALID_CURSOR, CURSOR_OUTDATED */
export async function startOfPage(
  context: QueryContext,
  plan: PagePlan,
  { after, parameters = NONE, boundTo }: PageRequest,
): Promise<PageStart> {
  if (after === undefined || after === null) return { key: undefined, given: 0 }
  const cursor = readCursor(await secretOf(context), after, queryFingerprint(plan.spec, boundTo?.() ?? parameters))
  if (cursor.schema !== (await schemaOf(context, plan.spec))) throw new CellarError('CURSOR_OUTDATED', {})
  const key = plan.key.map(({ type }, index) => {
    const value = cursor.key[index] ?? null
    return value === null ? null : type.fromStoredJson(value)
  })
  return { key, given: cursor.given }
}

interface Asked {
  readonly spec: QuerySpec
  readonly request: PageRequest
}

/** At most one row more is read than the page has, and none where the query ends by itself. */
async function readSome<R>(
  context: QueryContext,
  { spec, request }: Asked,
  run: (read: PageRead) => Promise<readonly R[]>,
  keyValue: (row: R, column: KeyColumn) => unknown,
): Promise<{ rows: readonly R[]; next: string | null }> {
  const { parameters = NONE, limit, boundTo } = request
  const plan = pagePlan(spec)
  const { key, given } = await startOfPage(context, plan, request)
  const left = plan.limit(parameters) - given
  if (left <= 0) return { rows: [], next: null }
  if (key === undefined && left <= limit) return { rows: await run({ spec, parameters }), next: null }
  const rows = await run(plan.read(key, countOf(left > limit ? limit + 1 : left), parameters))
  const last = rows.length > limit ? rows[limit - 1] : undefined
  if (last === undefined) return { rows, next: null }
  const values = plan.key.map((column): JsonValue => {
    const value = keyValue(last, column)
    return value === null || value === undefined ? null : column.type.toStoredJson(value)
  })
  const [query, schema] = [queryFingerprint(spec, boundTo?.() ?? parameters), await schemaOf(context, spec)]
  const next = writeCursor(await secretOf(context), { query, schema, given: given + limit, key: values })
  return { rows: rows.slice(0, limit), next }
}

/** The usual number stands in the text, which makes a statement that is kept. */
const countOf = (count: number): ReadCount => (count === DEFAULT_PAGE + 1 ? { fixed: count } : { parameter: count })

/** Where JavaScript decides which rows there are, reading ends when there are enough. */
async function readRows(
  context: QueryContext,
  spec: QuerySpec,
  input: { readonly parameters: Parameters; readonly signal?: AbortSignal },
): Promise<readonly Row[]> {
  if (conjunctsOf(spec.where).every((node) => isSqlCompilable(node))) return collectQuery(context, spec, input)
  const rows: Row[] = []
  for await (const row of streamQuery(context, spec, input)) rows.push(row)
  return rows
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
