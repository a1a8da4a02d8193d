import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { CellarError } from '../../errors/cellar-error.ts'
import { problemResponse } from '../respond/problem.ts'
import { type FormParts, readForm } from './form-body.ts'
import { DEFAULT_LIMITS } from './limits.ts'

const LIMITS = { ...DEFAULT_LIMITS, field: 100, file: 1000, form: 5000, parts: 5, files: 2 }

/** Counts what is written, kept and dropped. */
function recorder() {
  const seen = {
    fields: {} as Record<string, string>,
    files: {} as Record<string, number>,
    kept: [] as string[],
    dropped: [] as string[],
  }
  const parts: FormParts = {
    field(name, text) {
      if (name === 'refused') throw new CellarError('INVALID_VALUE', { subject: 'test', reason: 'refused' })
      seen.fields[name] = text
    },
    file(name) {
      seen.files[name] = 0
      return {
        async write(chunk) {
          seen.files[name] = (seen.files[name] ?? 0) + chunk.byteLength
        },
        async finish() {
          seen.kept.push(name)
        },
        async abort() {
          seen.dropped.push(name)
        },
      }
    },
  }
  return { seen, parts }
}

async function post(body: Body, headers?: Record<string, string>) {
  const { seen, parts } = recorder()
  const app = new Hono()
  app.post('/', async (c) => {
    await readForm(c, LIMITS, parts)
    return c.text('ok')
  })
  app.onError((error, c) => problemResponse(error, c))
  const response = await app.request('/', {
    method: 'POST',
    body,
    duplex: 'half',
    ...(headers ? { headers } : {}),
  } as RequestInit)
  const code = response.ok ? undefined : ((await response.json()) as { code: string }).code
  return { seen, status: response.status, code }
}

function form(entries: readonly (readonly [string, string | Blob])[]): FormData {
  const data = new FormData()
  for (const [name, value] of entries) data.append(name, value)
  return data
}

type Body = FormData | ReadableStream | string

const MULTIPART = { 'content-type': 'multipart/form-data; boundary=b' }

describe('readForm', () => {
  it('hands out fields and files', async () => {
    const { seen, status } = await post(
      form([
        ['title', 'a'],
        ['photo', new Blob(['x'.repeat(900)])],
      ]),
    )
    expect(status).toBe(200)
    expect(seen).toEqual({ fields: { title: 'a' }, files: { photo: 900 }, kept: ['photo'], dropped: [] })
  })

  it('takes a file input without a file as left out', async () => {
    const { seen } = await post(form([['photo', new File([], '')]]))
    expect(seen.kept).toEqual([])
  })

  it('keeps an empty file that has a name', async () => {
    const { seen } = await post(form([['photo', new File([], 'empty.txt')]]))
    expect(seen.kept).toEqual(['photo'])
  })

  it.each([
    ['a file over its limit', form([['photo', new Blob(['x'.repeat(1001)])]])],
    ['a field over its limit', form([['title', 'x'.repeat(101)]])],
    [
      'too many files',
      form([
        ['a', new Blob(['x'])],
        ['b', new Blob(['x'])],
        ['c', new Blob(['x'])],
      ]),
    ],
    ['a form of 10,000 parts', form(Array.from({ length: 10_000 }, (_, n) => [`f${n}`, 'x'] as const))],
  ])('refuses %s', async (_, body) => {
    expect(await post(body)).toMatchObject({ status: 413, code: 'BODY_TOO_LARGE' })
  })

  it('counts the bytes of a form without Content-Length', async () => {
    const chunk = new TextEncoder().encode('x'.repeat(512))
    let sent = 0
    const body = new ReadableStream({
      pull(controller) {
        if (sent === 0)
          controller.enqueue(
            new TextEncoder().encode('--b\r\ncontent-disposition: form-data; name="x"; filename="x"\r\n\r\n'),
          )
        sent += 1
        controller.enqueue(chunk)
      },
    })
    const result = await post(body, MULTIPART)
    expect(result).toMatchObject({ status: 413, code: 'BODY_TOO_LARGE' })
    expect(result.seen.kept).toEqual([])
    expect(result.seen.dropped).toEqual(Object.keys(result.seen.files))
    expect(sent).toBeLessThan(50)
  })

  it('drops what was started when a later part is refused', async () => {
    const result = await post(
      form([
        ['photo', new Blob(['x'.repeat(900)])],
        ['refused', 'x'],
      ]),
    )
    expect(result).toMatchObject({ status: 422, code: 'INVALID_VALUE' })
    expect([...result.seen.kept, ...result.seen.dropped]).toEqual(Object.keys(result.seen.files))
  })

  it.each([
    ['that ends early', '--b\r\ncontent-disposition: form-data; name="x"; filename="x"\r\n\r\nabc'],
    ['without a part', 'nothing'],
    ['that is empty', ''],
  ])('refuses a form %s', async (_, body) => {
    const result = await post(body, MULTIPART)
    expect(result).toMatchObject({ status: 400, code: 'BODY_UNREADABLE' })
    expect(result.seen.kept).toEqual([])
  })

  it('refuses a form without a boundary', async () => {
    expect(await post('x', { 'content-type': 'multipart/form-data' })).toMatchObject({ status: 400 })
  })

  it('drops the file of a client that goes away', async () => {
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(
          new TextEncoder().encode('--b\r\ncontent-disposition: form-data; name="x"; filename="x"\r\n\r\nabc'),
        )
        setTimeout(() => controller.error(new TypeError('gone')), 20)
      },
    })
    const result = await post(body, MULTIPART)
    expect(result).toMatchObject({ status: 400, code: 'BODY_UNREADABLE' })
    expect(result.seen.kept).toEqual([])
    expect(result.seen.dropped).toEqual(Object.keys(result.seen.files))
  })
})
