import type { PageRequest, RawPage } from '../../query/page-query.ts'
import type { Parameters } from '../../query/parameter-mark.ts'
import type { QueryContext } from '../../query/query-context.ts'
import type { QuerySpec } from '../../query/query-spec.ts'
import type { CodecColumn, RawRow, Row } from '../../schema/row-codec.ts'
import { Lazy } from '../lazy.ts'
import { logError } from '../log.ts'
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from '../page-sizes.ts'
import type { InputValues } from '../request/input-parser.ts'
import type { Answer } from '../respond/answer.ts'
import { compileRawCsv, csvLine } from '../respond/csv.ts'
import { cutConnection } from '../respond/cut-connection.ts'
import type { MediaUrl } from '../respond/media-url.ts'
import { CONTENT_TYPES, compileNegotiation, type Format } from '../respond/negotiate.ts'
import { BodyText, compileRawJson, type WriteRawRow } from '../respond/raw-writer.ts'
import { rowBody } from '../respond/row-body.ts'
import { compileRowWriter } from '../respond/row-writer.ts'
import type { Handler, OutputField, PageWords } from '../route-spec.ts'
import type { Operation, OperationCall } from './operation.ts'
import { shapeResult } from './shape-result.ts'

const pages = new Lazy(() => import('../../query/page-query.ts'))
const streams = new Lazy(() => import('../../query/row-stream.ts'))

/** The rows that a request asks for. */
export interface Selection {
  readonly query: QuerySpec
  readonly parameters: Parameters
  /** What its cursors are bound to besides the query. */
  readonly boundTo: () => unknown
}

interface ListRoute {
  readonly outputs: readonly OutputField[]
  readonly pages: PageWords
  readonly handler: Handler | undefined
  readonly select: (values: InputValues) => Selection
}

/** Rows in pages; to those who accept NDJSON or CSV all of them in one answer, unless they give a limit. */
export function compileList(route: ListRoute): Operation {
  const { pages: words, handler, select } = route
  // What a handler makes is only known as JSON.
  const negotiate = compileNegotiation(handler ? ['json'] : ['json', 'ndjson', 'csv'])
  const texts = { json: compileTexts(route.outputs, 'json'), csv: compileTexts(route.outputs, 'csv') }
  const write = compileRowWriter(route.outputs)
  const size = words.limit ? DEFAULT_PAGE_SIZE : MAX_PAGE_SIZE
  return async (call) => {
    const { values, http, binding, mediaUrl, signal } = call
    const format = http ? negotiate(http.req.header('accept')) : 'json'
    const limit = words.limit ? (values.limit as number | undefined) : undefined
    const after = words.after ? (values.after as string | null | undefined) : null
    const { query, parameters, boundTo } = select(values)
    const request = { limit: limit ?? size, after, parameters, boundTo, signal }
    if (format !== 'json') return table(call, { query, request, format, whole: limit === undefined }, texts)
    if (http && !handler) {
      const page = await (pages.now ?? (await pages.load())).readRawPage(binding.context, query, request)
      if (page) {
        const next = words.after ? page.next : null
        return { body: jsonPage({ ...page, next }, texts.json.raw(page.columns), mediaUrl), next }
      }
    }
    const page = await (pages.now ?? (await pages.load())).readPage(binding.context, query, request)
    const rows = page.rows.map((row) => write(row, mediaUrl))
    // A query with an `after` of its own is paged by that.
    const next = words.after ? page.next : null
    if (!handler) return { body: { rows, next }, next }
    return { body: withNext(await shapeResult(handler, { rows }, call), next), next }
  }
}

/** A handler shapes the rows; where the next page begins is not its business. */
function withNext(shaped: unknown, next: string | null): unknown {
  return typeof shaped === 'object' && shaped !== null && !Array.isArray(shaped) ? { ...shaped, next } : shaped
}

function jsonPage({ rows, next }: RawPage, write: WriteRawRow, mediaUrl: MediaUrl): BodyText {
  let text = '{"rows":['
  for (let i = 0; i < rows.length; i += 1) text += (i === 0 ? '' : ',') + write(rows[i] as RawRow, mediaUrl)
  return new BodyText(`${text}],"next":${next === null ? 'null' : JSON.stringify(next)}}`)
}

interface Table {
  readonly query: QuerySpec
  readonly request: PageRequest
  readonly format: Exclude<Format, 'json'>
  readonly whole: boolean
}

/** Rows as lines: a page of them, or a stream of all. */
async function table(
  call: OperationCall,
  { query, request, format, whole }: Table,
  { json, csv }: Readonly<Record<'json' | 'csv', RowTexts>>,
): Promise<Answer> {
  const { mediaUrl, binding, http } = call
  const headers = { 'content-type': CONTENT_TYPES[format], vary: 'accept' }
  const head = format === 'csv' ? csv.head : ''
  const lines = format === 'csv' ? csv : json
  if (http?.req.method === 'HEAD') return { body: new BodyText(''), headers }
  if (!whole) {
    const { rows, next } = await readLines(binding.context, query, request, lines, mediaUrl)
    return { body: new BodyText(head + rows.join('')), headers, next }
  }
  const { openRowStream } = streams.now ?? (await streams.load())
  const opened = await openRowStream(binding.context, query, request)
  const failed = (error: unknown) => {
    logError(error, { method: http?.req.method, path: http?.req.path, cut: true })
    return http !== undefined && cutConnection(http)
  }
  if (opened.columns === undefined)
    return { body: await rowBody({ rows: opened.rows, head, failed, write: joined(lines.value, mediaUrl) }), headers }
  const write = joined(lines.rawLine(opened.columns), mediaUrl)
  return { body: await rowBody({ rows: opened.rows, head, failed, write }), headers }
}

function joined<R>(line: (row: R, mediaUrl: MediaUrl) => string, mediaUrl: MediaUrl) {
  return (rows: readonly R[]) => {
    let text = ''
    for (const row of rows) text += line(row, mediaUrl)
    return text
  }
}

async function readLines(
  context: QueryContext,
  query: QuerySpec,
  request: PageRequest,
  lines: RowTexts,
  mediaUrl: MediaUrl,
) {
  const { readPage, readRawPage } = pages.now ?? (await pages.load())
  const raw = await readRawPage(context, query, request)
  if (raw) {
    const line = lines.rawLine(raw.columns)
    return { rows: raw.rows.map((row) => line(row, mediaUrl)), next: raw.next }
  }
  const { rows, next } = await readPage(context, query, request)
  return { rows: rows.map((row) => lines.value(row, mediaUrl)), next }
}

/** How rows are written in one form. */
interface RowTexts {
  readonly head: string
  readonly raw: (columns: readonly CodecColumn[]) => WriteRawRow
  readonly rawLine: (columns: readonly CodecColumn[]) => WriteRawRow
  readonly value: (row: Row, mediaUrl: MediaUrl) => string
}

function compileTexts(outputs: readonly OutputField[], format: 'json' | 'csv'): RowTexts {
  const names = outputs.map(({ name }) => name)
  const write = compileRowWriter(outputs)
  const compile = format === 'csv' ? compileRawCsv : compileRawJson
  let known: { readonly columns: readonly CodecColumn[]; readonly write: WriteRawRow } | undefined
  const raw = (columns: readonly CodecColumn[]): WriteRawRow => {
    if (known?.columns !== columns) known = { columns, write: compile(names, columns) }
    return known.write
  }
  if (format === 'csv')
    return {
      head: csvLine(names),
      raw,
      rawLine: raw,
      value: (row, mediaUrl) => csvLine(Object.values(write(row, mediaUrl))),
    }
  return {
    head: '',
    raw,
    rawLine: (columns) => {
      const line = raw(columns)
      return (row: RawRow, mediaUrl) => `${line(row, mediaUrl)}\n`
    },
    value: (row, mediaUrl) => `${JSON.stringify(write(row, mediaUrl))}\n`,
  }
}
