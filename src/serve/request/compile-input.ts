import type { Context } from 'hono'
import { isCellarError } from '../../errors/cellar-error.ts'
import type { MediaStore } from '../../media/media-store.ts'
import type { PathPattern } from '../path-pattern.ts'
import { type InputField, type RouteSpec, takesRows } from '../route-spec.ts'
import type { Method } from '../route-types.ts'
import { BatchParser, type BatchRow, type BatchRules } from './batch-parser.ts'
import { incomingOf } from './body-reader.ts'
import { compileChoices, NO_CHOICES, type QueryWords, queryOf } from './choices.ts'
import { isForm } from './form-body.ts'
import { readFormInput } from './form-input.ts'
import { InputParser } from './input-parser.ts'
import { parseLine, readJson } from './json-body.ts'
import type { RequestLimits } from './limits.ts'
import { isNdjson, readLines } from './ndjson-body.ts'
import type { RouteInput } from './route-input.ts'

/** Reads the input of one request: checked values by name, of one row or of several. */
export type ReadInput = (c: Context, store: () => MediaStore) => Promise<RouteInput>

/** Words of the query string that queries and lists have a meaning for. */
const RESERVED: ReadonlySet<string> = new Set(['limit', 'after', 'wait', 'onInvalid', 'onError'])

const NO_WORDS: QueryWords['others'] = new Map()

/** A route that is written by hand, as far as its input is read here. */
interface WrittenInput {
  readonly kind: 'written'
  readonly method: Method
  readonly pattern: Pick<PathPattern, 'path' | 'parameters'>
  readonly inputs: readonly InputField[]
}

type InputSpec = RouteSpec | WrittenInput

interface Reading {
  readonly spec: InputSpec
  readonly fields: ReadonlyMap<string, InputField>
  readonly limits: RequestLimits
  readonly subject: string
  /** The types of body that are taken, for messages. */
  readonly expected: string
  /** Lists are taken. */
  readonly severalRows: boolean
  readonly words: (c: Context) => QueryWords
}

export function compileInput(spec: InputSpec, limits: RequestLimits): ReadInput {
  const fields: ReadonlyMap<string, InputField> = new Map(spec.inputs.map((field) => [field.name, field]))
  const subject = `${spec.method.toUpperCase()} ${spec.pattern.path}`
  const severalRows = spec.kind !== 'written' && takesRows(spec)
  const types = ['application/json', ...(severalRows ? ['application/x-ndjson'] : []), 'multipart/form-data']
  const expected = `${types.slice(0, -1).join(', ')} or ${types.at(-1)}`
  const words = spec.kind === 'written' ? otherWords : compileChoices(spec)
  const reading: Reading = { spec, fields, limits, subject, expected, severalRows, words }
  const fromQuery: ReadInput = async (c) => inputOfQuery(c, reading)
  const fromBody: ReadInput = (c, store) => inputOfBody(c, reading, store)
  if (spec.method === 'get') return fromQuery
  if (spec.method !== 'delete') return fromBody
  return (c, store) => (hasBody(c) ? fromBody(c, store) : fromQuery(c, store))
}

/** A route without choices: words with a meaning elsewhere are left alone. */
function otherWords(c: Context): QueryWords {
  const others = c.req.url.includes('?') ? queryOf(c) : new Map<string, string[]>()
  for (const name of RESERVED) others.delete(name)
  return { choices: NO_CHOICES, others }
}

function hasBody(c: Context): boolean {
  if (Number(c.req.header('content-length') ?? 0) > 0 || c.req.header('transfer-encoding') !== undefined) return true
  // A request that did not come over a connection says less.
  return incomingOf(c) === undefined && c.req.raw.body !== null
}

/** A parser that has the path parameters already. */
function parserOf(c: Context, { spec, subject, fields }: Reading): InputParser {
  const parser = new InputParser(subject, fields)
  for (const name of spec.pattern.parameters) parser.parameter(name, c.req.param(name) ?? '')
  return parser
}

/** The query string holds the input; words that are no field of it are left to whoever has a meaning for them. */
function inputOfQuery(c: Context, reading: Reading): RouteInput {
  const parser = parserOf(c, reading)
  if (c.req.url.includes('?')) {
    const given = queryOf(c)
    for (const name of RESERVED) if (!reading.fields.has(name)) given.delete(name)
    parser.texts(given)
  }
  return { values: parser.finish(), choices: NO_CHOICES }
}

async function inputOfBody(c: Context, reading: Reading, store: () => MediaStore): Promise<RouteInput> {
  const { words, limits, severalRows, spec } = reading
  const { choices, others } = words(c)
  const contentType = c.req.header('content-type')
  const { paged, left } =
    others.size > 0 && spec.kind === 'query' ? pageWords(others, reading) : { paged: NO_WORDS, left: others }
  const single = () => {
    const parser = parserOf(c, reading)
    parser.texts(left)
    return parser
  }
  const rules = (): BatchRules => {
    // A row has no place for them.
    if (left.size > 0) single().finish()
    return { subject: reading.subject, fields: reading.fields, most: limits.rows, skip: choices.onInvalid === 'skip' }
  }
  if (severalRows && isNdjson(contentType)) {
    // A job keeps its input in one row.
    const ndjson = spec.kind !== 'written' && spec.background ? Math.min(limits.array, limits.ndjson) : limits.ndjson
    return { rows: rowsOfLines(c, new BatchParser(rules()), { ...limits, ndjson }), choices }
  }
  if (isForm(contentType)) {
    const options = { rules: rules(), limits, store, severalRows, parser: single, words: paged }
    return { ...(await readFormInput(c, options)), choices }
  }
  const { value, repeated } = await readJson(c, severalRows ? limits : { body: limits.body }, reading.expected)
  if (Array.isArray(value)) return { rows: rowsOfArray(value, repeated, new BatchParser(rules())), choices }
  const parser = single()
  parser.object(value as Readonly<Record<string, unknown>>, repeated?.get(0))
  if (paged.size > 0) parser.texts(paged)
  return { values: parser.finish(), choices }
}

/** A cursor is put into the address, also where the other fields are a body: it is said last and counts. */
function pageWords(others: QueryWords['others'], { fields }: Reading) {
  const words = [...others]
  return {
    paged: new Map(words.filter(([name]) => RESERVED.has(name) && fields.has(name))),
    left: new Map(words.filter(([name]) => !RESERVED.has(name))),
  }
}

function rowsOfArray(
  values: readonly unknown[],
  repeated: ReadonlyMap<number, ReadonlySet<string>> | undefined,
  batch: BatchParser,
): readonly BatchRow[] {
  const rows = new Array<BatchRow>(values.length)
  for (let i = 0; i < values.length; i += 1) rows[i] = batch.object(values[i], repeated?.get(i))
  batch.finish()
  return rows
}

/** Rows as they arrive. After one that refuses the request, the others are only looked at. */
async function* rowsOfLines(c: Context, batch: BatchParser, limits: RequestLimits): AsyncGenerator<BatchRow> {
  for await (const line of readLines(c, limits)) {
    const row = rowOfLine(line, batch)
    if (!batch.failed) yield row
  }
  batch.finish()
}

function rowOfLine(line: Buffer, batch: BatchParser): BatchRow {
  try {
    const { value, repeated } = parseLine(line)
    return batch.object(value, repeated?.get(0))
  } catch (error) {
    if (!isCellarError(error) || error.code !== 'BODY_UNREADABLE') throw error
    return batch.unreadable(error)
  }
}
