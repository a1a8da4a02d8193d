import { createHmac, timingSafeEqual } from 'node:crypto'
import { CellarError } from '../errors/cellar-error.ts'
import type { JsonValue } from '../util/json.ts'

/** Where a page ends: what makes it go on there, and nowhere else. */
export interface Cursor {
  /** Of the query that it was made for. */
  readonly query: string
  /** Of the definitions of its tables. */
  readonly schema: string
  /** Rows given so far: a limit of the query holds for all pages together. */
  readonly given: number
  /** The values of the order of the last row. */
  readonly key: readonly JsonValue[]
}

const SIGNATURE_BYTES = 16

export function writeCursor(secret: Uint8Array, { query, schema, given, key }: Cursor): string {
  const body = Buffer.from(JSON.stringify([query, schema, given, key])).toString('base64url')
  return `${body}.${sign(secret, body).toString('base64url')}`
}

/** @throws INVALID_CURSOR when the text was not made here, or is for another query */
export function readCursor(secret: Uint8Array, text: unknown, wanted: string): Cursor {
  const [body = '', signature = '', ...rest] = typeof text === 'string' ? text.split('.') : []
  const [found, expected] = [Buffer.from(signature, 'base64url'), sign(secret, body)]
  if (rest.length > 0 || found.length !== expected.length || !timingSafeEqual(found, expected))
    throw refused('it is not one that a page gave')
  const parts = JSON.parse(Buffer.from(body, 'base64url').toString()) as [string, string, number, JsonValue[]]
  const [query, schema, given, key] = parts
  if (query !== wanted) throw refused('it belongs to another query')
  return { query, schema, given, key }
}

function sign(secret: Uint8Array, body: string): Buffer {
  return createHmac('sha256', secret).update(body).digest().subarray(0, SIGNATURE_BYTES)
}

function refused(reason: string): CellarError<'INVALID_CURSOR'> {
  return new CellarError('INVALID_CURSOR', { reason })
}
