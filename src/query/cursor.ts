import { createHmac, timingSafeEqual } from 'node:crypto'
import { CellarError } from '../errors/cellar-error.ts'
import type { JsonValue } from '../util/json.ts'

/** Where a page ends: what makes it go on there, and nowhere else. */
export interface Cursor {
  /** Of the query that it was made for. */
  readonly query: string
  /** Of the definitions of its tables. */
  readonly schema: string
  /** The values of the order of the last row. */
  readonly key: readonly JsonValue[]
}

const SIGNATURE_BYTES = 16

export function writeCursor(secret: Uint8Array, { query, schema, key }: Cursor): string {
  const body = Buffer.from(JSON.stringify([query, schema, key])).toString('base64url')
  return `${body}.${sign(secret, body).toString('base64url')}`
}

/** @throws INVALID_CURSOR when the text was not made here, or is for another query */
export function readCursor(secret: Uint8Array, text: unknown, query: string): Cursor {
  const [body = '', signature = '', ...rest] = typeof text === 'string' ? text.split('.') : []
  const [given, wanted] = [Buffer.from(signature, 'base64url'), sign(secret, body)]
  if (rest.length > 0 || given.length !== wanted.length || !timingSafeEqual(given, wanted))
    throw refused('it is not one that a page gave')
  const parts = JSON.parse(Buffer.from(body, 'base64url').toString()) as [string, string, JsonValue[]]
  if (parts[0] !== query) throw refused('it belongs to another query')
  return { query: parts[0], schema: parts[1], key: parts[2] }
}

function sign(secret: Uint8Array, body: string): Buffer {
  return createHmac('sha256', secret).update(body).digest().subarray(0, SIGNATURE_BYTES)
}

function refused(reason: string): CellarError<'INVALID_CURSOR'> {
  return new CellarError('INVALID_CURSOR', { reason })
}
