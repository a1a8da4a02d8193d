import { TableRouter } from 'cellar/serve'
import { beforeAll, describe, expect, it } from 'vitest'
import { lines, note, notes, pictures, useBatches } from '../support/batch-routes.ts'
import { randomPicture } from '../support/pictures.ts'

const scene = useBatches()

describe('a background route', () => {
  const later = new TableRouter({ prefix: '/later', limits: { array: 20_000 } })
    .addInsertRoute(notes, { path: '/notes', background: true, outputs: ['id', 'loud', 'meta'] })
    .addUpsertRoute(notes, { path: '/upsert', background: true, outputs: ['id', 'text'] })
    .addDeleteRoute(notes, { path: '/delete', background: true })
    .addInsertRoute(pictures, {
      path: '/pictures',
      background: true,
      uploadInputs: ['photo'],
      outputs: ['id', 'photo'],
    })
  beforeAll(() => {
    later.bind(scene.cellar)
  })

  async function run(path: string, init: RequestInit): Promise<Record<string, unknown>> {
    const accepted = await later.request(path, { method: 'POST', ...init })
    expect(accepted.status).toBe(202)
    const { job_url } = (await accepted.json()) as { job_url: string }
    return (await (await later.request(`${job_url}?wait=30`)).json()) as Record<string, unknown>
  }
  const asJson = (value: unknown) => ({ body: JSON.stringify(value), headers: { 'content-type': 'application/json' } })

  it('takes lists, with values that JSON cannot say and rows that are skipped', async () => {
    const rows = [{ ...note(1), meta: { a: 1 } }, { id: 'x', text: 'a' }, note(2)]
    expect(await run('/later/notes?onInvalid=skip', asJson(rows))).toMatchObject({
      status: 'done',
      result: {
        count: 2,
        rows: [
          { id: 1, loud: 'T1', meta: { a: 1 } },
          { id: 2, loud: 'T2', meta: null },
        ],
        errors: [{ index: 1, column: 'id', code: 'INVALID_VALUE' }],
      },
    })
    const ndjsonBody = { body: lines([note(2, 'two'), note(3)]), headers: { 'content-type': 'application/x-ndjson' } }
    expect(await run('/later/upsert', ndjsonBody)).toMatchObject({
      result: { count: 2, rows: [{ text: 'two' }, { id: 3 }] },
    })
    expect(await run('/later/delete', asJson([{ id: 1 }, { id: 3 }]))).toMatchObject({ result: { num_rows: 2 } })
    expect(await scene.texts()).toEqual(['two'])
  })

  it('reports names that no text of the database can hold', async () => {
    const rows = [note(1), { ...note(2), 'a\0\ud83d': 1 }]
    expect(await run('/later/notes?onInvalid=skip', asJson(rows))).toMatchObject({
      status: 'done',
      result: { count: 1, errors: [{ index: 1, column: 'a\ufffd\ufffd', code: 'UNKNOWN_FIELD' }] },
    })
  })

  it('tells where a row failed, and refuses what cannot be used at once', async () => {
    expect(await run('/later/notes', asJson([note(1), note(2, 'boom')]))).toMatchObject({
      status: 'error',
      error: { code: 'CELL_FAILED', errors: [{ path: [1, 'loud'] }] },
    })
    const refused = await later.request('/later/notes', { method: 'POST', ...asJson([note(1), {}]) })
    expect([refused.status, await refused.json()]).toMatchObject([
      422,
      { errors: [{ path: [1, 'id'] }, { path: [1, 'text'] }] },
    ])
    const long = lines(Array.from({ length: 20 }, (_, id) => note(id, 'x'.repeat(1_500))))
    const headers = { 'content-type': 'application/x-ndjson' }
    expect((await later.request('/later/notes', { method: 'POST', body: long, headers })).status).toBe(413)
    expect(await scene.texts()).toEqual([])
  })

  it('takes forms of several rows, whose pictures are there when it runs', async () => {
    const body = new FormData()
    for (const id of [1, 2]) {
      body.append(`rows[${id - 1}].id`, String(id))
      body.append(`rows[${id - 1}].title`, `t${id}`)
      body.append(`rows[${id - 1}].photo`, new Blob([randomPicture()]))
    }
    expect(await run('/later/pictures', { body })).toMatchObject({
      result: {
        rows: [
          { id: 1, photo: expect.stringMatching(/^\/later\/media\//) },
          { id: 2, photo: expect.stringMatching(/^\/later\/media\//) },
        ],
      },
    })
  })
})
