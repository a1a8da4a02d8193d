import { describe, expect, it } from 'vitest'
import { handled, json, lines, ndjson, note, notes, useBatches, written } from '../support/batch-routes.ts'

const scene = useBatches()

describe.each([
  ['an array', (path: string, rows: readonly unknown[]) => json(path, rows)],
  ['NDJSON', (path: string, rows: readonly unknown[]) => ndjson(path, lines(rows))],
])('%s', (_, post) => {
  it('is inserted as a whole, in order', async () => {
    expect(await post('/notes', [note(2), note(1)])).toEqual({
      status: 200,
      body: { count: 2, rows: [written(2), written(1)], errors: [] },
    })
    expect(await post('/notes', [note(3)])).toMatchObject({ body: { count: 1, rows: [written(3)] } })
    expect(await post('/notes', [])).toEqual({ status: 200, body: { count: 0, rows: [], errors: [] } })
    expect(await scene.texts()).toEqual(['t1', 't2', 't3'])
  })

  it('has one version', async () => {
    await post('/notes', [note(1), note(2), note(3)])
    const versions = await scene.sql('select distinct _version from cellar_data.notes')
    expect(versions).toHaveLength(1)
  })

  it('is refused with every place that is wrong, and nothing is written', async () => {
    const rows = [note(1), { id: 'x', text: 'a' }, note(2), { id: 3 }, { id: 4, text: 'd', nope: 1 }, 7]
    const { status, body } = await post('/notes', rows.slice(0, 5))
    expect(status).toBe(422)
    expect(body).toMatchObject({
      code: 'INVALID_VALUE',
      errors: [
        { path: [1, 'id'], code: 'INVALID_VALUE' },
        { path: [3, 'text'], code: 'MISSING_VALUE' },
        { path: [4, 'nope'], code: 'UNKNOWN_FIELD' },
      ],
    })
    expect(await scene.texts()).toEqual([])
  })

  it('names the row that the database refuses', async () => {
    await scene.cellar.insert(notes, [note(7)])
    const { status, body } = await post('/notes', [note(1), note(2), note(7), note(8)])
    expect([status, body]).toMatchObject([409, { code: 'DUPLICATE_KEY', errors: [{ path: [2, 'id'] }] }])
    expect(await scene.texts()).toEqual(['t7'])
  })

  it('names the row whose cell fails, and says nothing of the inside', async () => {
    const { status, body } = await post('/notes', [note(1), note(2, 'boom')])
    expect([status, body]).toMatchObject([422, { code: 'CELL_FAILED', errors: [{ path: [1, 'loud'] }] }])
    expect(JSON.stringify(body)).not.toMatch(/secret|srv/)
  })

  it('is written but for bad rows with onInvalid=skip, each listed under its place', async () => {
    await scene.cellar.insert(notes, [{ id: 7, text: 't7', code: 'seven' }])
    const rows = [note(1), { id: 'x', text: 'a' }, note(7), note(2), { id: 5, text: 'e', nope: 1 }, note(3), { id: 9 }]
    const { status, body } = await post('/notes?onInvalid=skip', rows)
    expect(status).toBe(200)
    expect(body).toEqual({
      count: 3,
      rows: [written(1), written(2), written(3)],
      errors: [
        { index: 1, column: 'id', code: 'INVALID_VALUE', message: expect.stringContaining('row 1'), retryable: false },
        { index: 2, code: 'DUPLICATE_KEY', message: expect.any(String), retryable: false },
        { index: 4, column: 'nope', code: 'UNKNOWN_FIELD', message: expect.any(String), retryable: false },
        { index: 6, column: 'text', code: 'MISSING_VALUE', message: expect.any(String), retryable: false },
      ],
    })
    expect(await scene.texts()).toEqual(['t1', 't2', 't3', 't7'])
  })

  it('stores failing cells where the caller or the route says so', async () => {
    const { body } = await post('/choose?onError=store', [note(1), note(2, 'boom')])
    expect(body).toMatchObject({
      count: 2,
      rows: [written(1), { id: 2, text: 'boom', loud: null }],
      errors: [{ index: 1, column: 'loud', code: 'FUNCTION_FAILED', message: 'could not be computed' }],
    })
    expect(await post('/choose', [note(3, 'boom')])).toMatchObject({ status: 422 })
    expect(await post('/store', [note(4, 'boom'), note(5)])).toMatchObject({ body: { count: 2 } })
    expect(await post('/store?onError=abort', [note(6)])).toMatchObject({
      status: 422,
      body: { errors: [{ path: ['onError'] }] },
    })
  })

  it('gets values of the server in every row', async () => {
    const init = { headers: { 'x-user': 'ann' } }
    expect(await json('/mine', [note(1), note(2)], init)).toMatchObject({
      body: {
        rows: [
          { id: 1, owner: 'ann' },
          { id: 2, owner: 'ann' },
        ],
      },
    })
  })

  it('is handled row by row before anything is written, and not at all when one is refused', async () => {
    handled.length = 0
    const { body } = await post('/handled', [note(1), note(2)])
    expect(body).toEqual({
      count: 2,
      rows: [
        { id: 1, loud: 'T1!' },
        { id: 2, loud: 'T2!' },
      ],
      errors: [],
    })
    expect(handled).toEqual([
      [1, 0],
      [2, 0],
    ])
    const skipped = await post('/handled?onInvalid=skip', [note(1), note(3), {}])
    expect(skipped.body).toMatchObject({
      count: 1,
      rows: [{ id: 3, loud: 'T3!' }],
      errors: [{ index: 0 }, { index: 2 }],
    })
    expect((await post('/handled', [note(4), note(5, 'refuse')])).status).toBe(500)
    expect(await scene.texts()).toEqual(['t1', 't2', 't3'])
  })

  it('updates, and leaves alone what is left out', async () => {
    await scene.cellar.insert(notes, [note(1), note(2), note(3)])
    const { body } = await post('/notes/update', [{ id: 3, code: 'c' }, note(1, 'one')])
    expect(body).toEqual({ count: 2, rows: [written(3), written(1, 'one')], errors: [] })
    expect(await post('/notes/shape', [note(1, 'uno'), note(2, 'due')])).toMatchObject({
      body: { count: 2, rows: [{ loud: 'UNO?' }, { loud: 'DUE?' }] },
    })
    expect(await post('/notes/update', [note(1), note(9)])).toMatchObject({
      status: 404,
      body: { code: 'ROW_NOT_FOUND', errors: [{ path: [1] }] },
    })
    const skipped = await post('/notes/update?onInvalid=skip', [
      { id: 1, code: 'c' },
      note(9),
      { text: 'x' },
      note(2, 'zwei'),
      note(2, 'twice'),
    ])
    expect(skipped.body).toMatchObject({
      count: 1,
      rows: [written(2, 'zwei')],
      errors: [
        { index: 0, code: 'DUPLICATE_KEY', column: 'code' },
        { index: 1, code: 'ROW_NOT_FOUND' },
        { index: 2, code: 'MISSING_VALUE', column: 'id' },
        { index: 4, code: 'INVALID_VALUE', column: 'id' },
      ],
    })
    expect(await scene.texts()).toEqual(['uno', 'zwei', 't3'])
  })

  it('is computed without being stored', async () => {
    expect(await post('/preview', [{ text: 'a' }, { text: 'b' }])).toEqual({
      status: 200,
      body: { count: 2, rows: [{ loud: 'A' }, { loud: 'B' }], errors: [] },
    })
    expect(await post('/preview?onInvalid=skip', [{ text: 1 }, { text: 'b' }])).toMatchObject({
      body: { count: 1, rows: [{ loud: 'B' }], errors: [{ index: 0, column: 'text' }] },
    })
    expect(await scene.texts()).toEqual([])
  })

  it('deletes what equals one of its rows', async () => {
    await scene.cellar.insert(
      notes,
      [1, 2, 3, 4, 5].map((id) => ({ ...note(id), owner: id < 4 ? 'ann' : null })),
    )
    expect(await post('/notes/delete', [{ id: 1 }, { id: 9 }, { id: 5 }, { id: 1 }])).toEqual({
      status: 200,
      body: { num_rows: 2 },
    })
    expect(await post('/notes/delete', [])).toMatchObject({ body: { num_rows: 0 } })
    expect(await post('/notes/delete', [{ id: 2 }, {}])).toMatchObject({
      status: 422,
      body: { errors: [{ path: [1, 'id'] }] },
    })
    expect(await post('/notes/delete?onInvalid=skip', [{ id: 2 }])).toMatchObject({ status: 422 })
    const matching = [
      { owner: 'ann', text: 't2' },
      { owner: 'bob', text: 't3' },
    ]
    expect(await json('/notes', matching, { method: 'DELETE' })).toMatchObject({ body: { num_rows: 1 } })
    expect(await scene.texts()).toEqual(['t3', 't4'])
  })

  it('is refused beyond the number of rows', async () => {
    const rows = Array.from({ length: 601 }, (_, id) => ({ id }))
    expect(await post('/notes/delete', rows)).toMatchObject({ status: 413, body: { code: 'BODY_TOO_LARGE' } })
  })
})

describe('an upsert route', () => {
  it('inserts, or updates and leaves alone what is left out', async () => {
    const put = (body: unknown) => json('/notes/upsert', body, { method: 'PUT' })
    expect(await put({ id: 1, text: 'one', code: 'c' })).toEqual({
      status: 200,
      body: { id: 1, text: 'one', code: 'c', loud: 'ONE' },
    })
    expect(await put({ id: 1, text: 'uno' })).toMatchObject({ body: { id: 1, text: 'uno', code: 'c', loud: 'UNO' } })
    expect(await put({ id: 2 })).toMatchObject({
      status: 422,
      body: { errors: [{ path: ['text'], code: 'MISSING_VALUE' }] },
    })
    expect(await put({ text: 'x' })).toMatchObject({ status: 422, body: { errors: [{ path: ['id'] }] } })
    expect(await put([note(1, 'eins'), note(2, 'zwei')])).toMatchObject({
      body: { count: 2, rows: [{ loud: 'EINS' }, { loud: 'ZWEI' }] },
    })
    expect(await put({ id: 2, text: 'two', code: 'c' })).toMatchObject({
      status: 409,
      body: { code: 'DUPLICATE_KEY', errors: [{ path: ['code'] }] },
    })
    expect(await json('/upsert/5', { text: 'five' })).toEqual({ status: 200, body: { id: 5, text: 'five' } })
    expect(await scene.texts()).toEqual(['eins', 'zwei', 'five'])
  })

  it('ends with one row when many send the same new key', async () => {
    const replies = await Promise.all(Array.from({ length: 12 }, (_, n) => json('/upsert/1', { text: `w${n}` })))
    expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 200))
    expect(await scene.texts()).toHaveLength(1)
  })
})
