import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { problemResponse } from '../respond/problem.ts'
import { readJson } from './json-body.ts'

async function post(
  body: string | Uint8Array<ArrayBuffer> | undefined,
  headers: Record<string, string> = { 'content-type': 'application/json' },
) {
  const app = new Hono()
  app.use(async (c, next) => {
    if (c.req.header('x-read-first')) await c.req.json()
    await next()
  })
  app.post('/', async (c) => c.json((await readJson(c, { body: 100 }, 'application/json')).value as object))
  app.onError((error, c) => problemResponse(error, c))
  const response = await app.request('/', { method: 'POST', headers, ...(body === undefined ? {} : { body }) })
  return { status: response.status, body: (await response.json()) as { code?: string } }
}

describe('readJson', () => {
  it('reads an object, whatever flavour of JSON its type is', async () => {
    for (const type of [
      'application/json',
      'application/json; charset=utf-8',
      'application/ld+json',
      'APPLICATION/JSON',
    ]) {
      expect(await post('{"a":1}', { 'content-type': type })).toEqual({ status: 200, body: { a: 1 } })
    }
  })

  it('takes an empty body as an empty object', async () => {
    expect(await post(undefined)).toEqual({ status: 200, body: {} })
  })

  it('reads a body that middleware has read before', async () => {
    const headers = { 'content-type': 'application/json', 'x-read-first': '1' }
    expect(await post('{"a":1}', headers)).toEqual({ status: 200, body: { a: 1 } })
  })

  it.each([
    ['what is not JSON', '{"a":'],
    ['an array', '[1]'],
    ['a text', '"a"'],
    ['null', 'null'],
    ['bytes that are not UTF-8', new Uint8Array([0x22, 0xff, 0x22])],
  ])('answers 400 to %s', async (_, body) => {
    expect(await post(body)).toMatchObject({ status: 400, body: { code: 'BODY_UNREADABLE' } })
  })

  it('answers 413 to a body over the limit', async () => {
    expect(await post(JSON.stringify({ a: 'x'.repeat(100) }))).toMatchObject({
      status: 413,
      body: { code: 'BODY_TOO_LARGE' },
    })
  })

  it('answers 415 to another type', async () => {
    expect(await post('a', { 'content-type': 'text/plain' })).toMatchObject({ status: 415 })
  })
})
