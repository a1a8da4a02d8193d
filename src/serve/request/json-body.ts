import { isUtf8 } from 'node:buffer'
import type { Context } from 'hono'
import { CellarError } from '../../errors/cellar-error.ts'
import { readBody } from './body-reader.ts'

const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i

export type JsonObject = Readonly<Record<string, unknown>>

/** True for JSON and for requests that do not say what their body is. */
export function looksLikeJson(contentType: string | undefined): boolean {
  return contentType === undefined || contentType === '' || JSON_TYPE.test(contentType)
}

/**
 * A body that is one JSON object; an empty body is an empty object.
 *
 * @throws BODY_TYPE_UNSUPPORTED, BODY_TOO_LARGE, BODY_UNREADABLE
 */
export async function readJsonObject(c: Context, limit: number, expected: string): Promise<JsonObject> {
  const contentType = c.req.header('content-type')
  if (!looksLikeJson(contentType)) {
    throw new CellarError('BODY_TYPE_UNSUPPORTED', { found: typeName(contentType), expected })
  }
  const body = await readBody(c, limit)
  if (body.length === 0) return {}
  const value = parseJson(body)
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject
  throw new CellarError('BODY_UNREADABLE', { reason: 'one JSON object is wanted' })
}

function parseJson(body: Buffer): unknown {
  if (!isUtf8(body)) throw new CellarError('BODY_UNREADABLE', { reason: 'it is not UTF-8' })
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    throw new CellarError('BODY_UNREADABLE', { reason: 'it is not JSON' })
  }
}

/** The type without parameters and bounded, since it is repeated to the caller. */
function typeName(contentType: string | undefined): string {
  return (contentType ?? 'nothing').split(';', 1)[0]?.trim().slice(0, 80) ?? 'nothing'
}
