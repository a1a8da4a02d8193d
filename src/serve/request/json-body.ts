import { isUtf8 } from 'node:buffer'
import type { Context } from 'hono'
import { CellarError } from '../../errors/cellar-error.ts'
import { type BodyBounds, readBody } from './body-reader.ts'
import { countKeys, repeatedKeys } from './json-scan.ts'

const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i

export type JsonObject = Readonly<Record<string, unknown>>

/** True for JSON and for requests that do not say what their body is. */
function looksLikeJson(contentType: string | undefined): boolean {
  return contentType === undefined || contentType === '' || JSON_TYPE.test(contentType)
}

/** An object, or where lists are taken an array. */
export interface JsonBody {
  readonly value: JsonObject | readonly unknown[]
  /** Keys that an object has twice, by its position in the list; of a lone object at 0. */
  readonly repeated: ReadonlyMap<number, ReadonlySet<string>> | undefined
}

const EMPTY: JsonBody = Object.freeze({ value: Object.freeze({}), repeated: undefined })

/**
 * A JSON body; an empty one is an empty object.
 *
 * @throws BODY_TYPE_UNSUPPORTED, BODY_TOO_LARGE, BODY_UNREADABLE
 */
export async function readJson(c: Context, bounds: BodyBounds, expected: string): Promise<JsonBody> {
  const contentType = c.req.header('content-type')
  if (!looksLikeJson(contentType)) {
    throw new CellarError('BODY_TYPE_UNSUPPORTED', { found: typeName(contentType), expected })
  }
  const body = await readBody(c, bounds)
  if (body.length === 0) return EMPTY
  // Counted first: the depth has to be bounded before anything is built.
  const keys = countKeys(body, 1)
  const value = parseJson(body)
  if (Array.isArray(value)) {
    if (bounds.array !== undefined) return { value, repeated: repeatedInRows(body, value) }
    throw unreadable('it is an array; this route takes one object')
  }
  if (isObject(value)) return { value, repeated: repeatedIn(body, value, keys) }
  throw unreadable(
    bounds.array === undefined ? 'one JSON object is wanted' : 'a JSON object or an array of them is wanted',
  )
}

/** One line of NDJSON. @throws BODY_UNREADABLE */
export function parseLine(line: Buffer): JsonBody {
  const keys = countKeys(line, 1)
  const value = parseJson(line)
  if (!isObject(value)) throw unreadable('a line is a JSON object')
  return { value, repeated: repeatedIn(line, value, keys) }
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function repeatedIn(body: Buffer, value: JsonObject, keys: number): JsonBody['repeated'] {
  return Object.keys(value).length === keys ? undefined : repeatedKeys(body, 1)
}

function repeatedInRows(body: Buffer, rows: readonly unknown[]): JsonBody['repeated'] {
  let found = 0
  for (const row of rows) if (isObject(row)) found += Object.keys(row).length
  return countKeys(body, 2) === found ? undefined : repeatedKeys(body, 2)
}

function parseJson(body: Buffer): unknown {
  if (!isUtf8(body)) throw unreadable('it is not UTF-8')
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    throw unreadable('it is not JSON')
  }
}

const unreadable = (reason: string) => new CellarError('BODY_UNREADABLE', { reason })

/** The type without parameters and bounded, since it is repeated to the caller. */
function typeName(contentType: string | undefined): string {
  return (contentType ?? 'nothing').split(';', 1)[0]?.trim().slice(0, 80) ?? 'nothing'
}
