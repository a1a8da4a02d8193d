import { describe, expect, it } from 'vitest'
import { json, lines, ndjson, note, useBatches, written } from '../support/batch-routes.ts'

const scene = useBatches()

describe('a body', () => {
  it('is an object or a list as it says, and the answer is alike', async () => {
    expect((await json('/notes', note(1))).body).toEqual(written(1))
    expect((await json('/notes?onInvalid=skip', note(2))).body).toEqual(written(2))
    for (const type of ['application/ndjson', 'application/jsonl', 'application/x-ndjson; charset=utf-8']) {
      expect((await ndjson('/preview', '{"text":"a"}', type)).body).toMatchObject({ count: 1 })
    }
  })

  it.each([
    '/notes?onInvalid=perhaps',
    '/notes?onInvalid=skip&onInvalid=skip',
    '/choose?onError=maybe',
    '/notes?wait=1',
  ])('is not read where the query string cannot be used: %s', async (path) => {
    expect(await json(path, [note(1)])).toMatchObject({ status: 422, body: { code: 'INVALID_VALUE' } })
    expect(await scene.texts()).toEqual([])
  })

  it.each([
    ['a list for a path that names one row', '/notes/1', { method: 'PATCH' }, 400],
    ['a list for a route that answers with a file', '/file', {}, 400],
  ])('is refused: %s', async (_, path, init, status) => {
    expect(await json(path, [note(1)], init)).toMatchObject({ status, body: { code: 'BODY_UNREADABLE' } })
  })

  it('of NDJSON is refused with 415 where one object is wanted', async () => {
    expect(await ndjson('/file', '{}')).toMatchObject({ status: 415, body: { code: 'BODY_TYPE_UNSUPPORTED' } })
  })

  it('of NDJSON may have blank lines, any line ends, and no end', async () => {
    const body = '\n{"id":1,"text":"a"}\r\n  \n\n{"id":2,"text":"b"}'
    expect((await ndjson('/notes', body)).body).toMatchObject({ count: 2, rows: [written(1, 'a'), written(2, 'b')] })
  })

  it('of NDJSON may arrive in any pieces', async () => {
    const bytes = new TextEncoder().encode(lines([note(1, 'ä'), note(2, '🐈'), note(3)]))
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const byte of bytes) controller.enqueue(Uint8Array.of(byte))
        controller.close()
      },
    })
    expect((await ndjson('/notes', stream)).body).toMatchObject({ count: 3 })
    expect(await scene.texts()).toEqual(['ä', '🐈', 't3'])
  })

  it('of NDJSON with a line that is no object is refused, or the line is skipped', async () => {
    const body = `${lines([note(1)])}{"id":2,\n[1]\n"x"\n${lines([note(3)])}`
    expect(await ndjson('/notes', body)).toMatchObject({
      status: 400,
      body: { code: 'BODY_UNREADABLE', errors: [{ path: [1] }] },
    })
    expect((await ndjson('/notes?onInvalid=skip', body)).body).toMatchObject({
      count: 2,
      errors: [1, 2, 3].map((index) => ({ index, code: 'BODY_UNREADABLE' })),
    })
  })

  it('of NDJSON is bounded in its lines and in all', async () => {
    const long = JSON.stringify(note(1, 'x'.repeat(3_000)))
    expect(await ndjson('/notes', long)).toMatchObject({ status: 413 })
    expect(await ndjson('/notes?onInvalid=skip', `${long}\n`)).toMatchObject({ status: 413 })
    const all = lines(Array.from({ length: 60 }, (_, id) => note(id, 'x'.repeat(1_500))))
    expect(await ndjson('/notes', all)).toMatchObject({ status: 413 })
    expect(await scene.texts()).toEqual([])
  })

  it('of JSON is bounded by what it is', async () => {
    const many = Array.from({ length: 5 }, (_, id) => note(id, 'x'.repeat(1_000)))
    expect(await json('/notes', many)).toMatchObject({ body: { count: 5 } })
    expect(await json('/notes', { ...note(9), text: 'x'.repeat(3_000) })).toMatchObject({ status: 413 })
    expect(
      await json(
        '/notes',
        Array.from({ length: 30 }, (_, id) => note(id, 'x'.repeat(1_000))),
      ),
    ).toMatchObject({
      status: 413,
    })
  })

  it('of many rows is answered completely', async () => {
    const rows = Array.from({ length: 600 }, (_, id) => note(id))
    expect((await json('/notes', rows)).body).toEqual({
      count: 600,
      rows: rows.map(({ id }) => written(id)),
      errors: [],
    })
  })

  it.each([
    ['100,000 keys', JSON.stringify(Object.fromEntries(Array.from({ length: 190 }, (_, i) => [`k${i}`, 1]))), 422],
    ['deep nesting', '['.repeat(1_500), 400],
    ['deep nesting inside', `{"id":1,"text":${'['.repeat(950)}${']'.repeat(950)}}`, 422],
    ['a repeated key', '{"id":1,"text":"a","text":"b"}', 422],
    ['a repeated key, spelt otherwise', '{"id":1,"text":"a","\\u0074ext":"b"}', 422],
    ['a repeated key in a row', '[{"id":1,"text":"a"},{"id":1,"id":2,"text":"b"}]', 422],
    ['__proto__', '{"id":1,"text":"a","__proto__":{"owner":"x"}}', 422],
    ['an overlong name', JSON.stringify({ ['n'.repeat(1_500)]: 1 }), 422],
  ])('with %s is refused', async (_, body, status) => {
    const reply = await json('/notes', body)
    expect(reply.status).toBe(status)
    expect(JSON.stringify(reply.body).length).toBeLessThan(30_000)
    expect(await scene.texts()).toEqual([])
  })

  it('with a repeated key names it', async () => {
    const rows = '[{"id":1,"text":"a"},{"id":1,"id":2,"text":"b"},{"id":3,"text":"c"}]'
    expect(await json('/notes', rows)).toMatchObject({ body: { errors: [{ path: [1, 'id'] }] } })
    expect((await json('/notes?onInvalid=skip', rows)).body).toMatchObject({
      count: 2,
      errors: [{ index: 1, column: 'id' }],
    })
    expect(await ndjson('/notes', '{"id":4,"text":"a","text":"b"}')).toMatchObject({
      body: { errors: [{ path: [0, 'text'] }] },
    })
  })

  it('that is not UTF-8 is refused', async () => {
    const bad = Buffer.concat([Buffer.from('{"id":1,"text":"'), Buffer.of(0xff), Buffer.from('"}')])
    expect(await ndjson('/notes', bad)).toMatchObject({ status: 400 })
    expect(await ndjson('/notes', bad, 'application/json')).toMatchObject({ status: 400 })
  })
})
