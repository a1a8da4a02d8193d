import { defineQuery, defineTable, t } from 'cellar'
import { TableRouter } from 'cellar/serve'
import { beforeAll, describe, expect, it } from 'vitest'
import { useCellar } from '../support/use-cellar.ts'

const items = defineTable('items', {
  id: t.int().primaryKey(),
  title: t.string().nullable(),
  kind: t.string().default('plain'),
  stars: t.int().default(3),
  price: t.decimal().nullable(),
  big: t.bigint().nullable(),
  taken: t.timestamp().nullable(),
  day: t.date().nullable(),
  tags: t.array(t.string()).nullable(),
  blob: t.binary().nullable(),
})
const byStars = defineQuery('byStars', { stars: t.int().default(1) }, ({ stars }, { from }) =>
  from(items).where((c) => c.stars.eq(stars)),
)

const constraints = {
  title: { minLength: 2, maxLength: 4, pattern: /^[a-z🐈]+$/u },
  kind: { enum: ['plain', 'fancy'] },
  stars: { min: 1, max: 5 },
  price: { min: '0.50', max: '100' },
  big: { max: 9007199254740993n },
  taken: { min: new Date('2024-01-01T00:00:00Z') },
  day: { max: '2024-12-31' },
  tags: { minLength: 1, maxLength: 2 },
  blob: { maxLength: 3 },
} as const
const api = new TableRouter()
  .addInsertRoute(items, { path: '/items', constraints })
  .addInsertRoute(items, { path: '/upload', uploadInputs: ['blob'], constraints: { blob: { maxLength: 3 } } })
  .addUpdateRoute(items, { path: '/items/:id', method: 'patch', constraints })
  .addQueryRoute(byStars, { path: '/stars', method: 'get', constraints: { stars: { min: 1, max: 5 } } })
  .addQueryRoute(byStars, { path: '/stars/:stars', method: 'get', constraints: { stars: { min: 1, max: 5 } } })

const scene = useCellar([items])
beforeAll(() => {
  api.bind(scene.cellar)
})

async function send(path: string, method = 'POST', body?: unknown) {
  const init = body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
  const response = await api.request(path, { method, ...init })
  return { status: response.status, body: (await response.json()) as { errors: unknown[] } }
}

describe('constraints of inputs', () => {
  it.each([
    ['title', 'a', 'TOO_SHORT'],
    ['title', 'abcde', 'TOO_LONG'],
    ['title', 'aB', 'PATTERN_MISMATCH'],
    ['kind', 'odd', 'NOT_IN_ENUM'],
    ['stars', 0, 'TOO_SMALL'],
    ['stars', 6, 'TOO_LARGE'],
    ['price', '0.49', 'TOO_SMALL'],
    ['price', '100.0000001', 'TOO_LARGE'],
    ['big', '9007199254740994', 'TOO_LARGE'],
    ['taken', '2023-12-31T23:59:59.999Z', 'TOO_SMALL'],
    ['day', '2025-01-01', 'TOO_LARGE'],
    ['tags', [], 'TOO_SHORT'],
    ['tags', ['a', 'b', 'c'], 'TOO_LONG'],
    ['blob', 'AAECAw==', 'TOO_LONG'],
  ])('refuse %s = %j with %s, and nothing is written', async (name, value, code) => {
    expect(await send('/items', 'POST', { id: 1, [name]: value })).toMatchObject({
      status: 422,
      body: { code: 'INVALID_VALUE', errors: [{ path: [name], code }] },
    })
    expect(await scene.cellar.from(items).count()).toBe(0)
  })

  it('take what complies, null, and what is left out', async () => {
    const row = {
      id: 1,
      title: '🐈🐈🐈🐈',
      kind: 'fancy',
      stars: 5,
      price: '0.50',
      big: '9007199254740993',
      taken: '2024-01-01T00:00:00.000Z',
      day: '2024-12-31',
      tags: ['a'],
      blob: 'AAEC',
    }
    expect(await send('/items', 'POST', row)).toEqual({ status: 200, body: row })
    expect((await send('/items', 'POST', { id: 2, title: null })).status).toBe(200)
    expect((await send('/items/1', 'PATCH', { title: null, stars: 1 })).status).toBe(200)
    expect(await send('/items/1', 'PATCH', { stars: 9 })).toMatchObject({
      status: 422,
      body: { errors: [{ path: ['stars'] }] },
    })
  })

  it('are about each row of a list', async () => {
    const rows = [{ id: 1 }, { id: 2, stars: 9 }, { id: 3, title: 'x' }]
    expect(await send('/items', 'POST', rows)).toMatchObject({
      status: 422,
      body: {
        errors: [
          { path: [1, 'stars'], code: 'TOO_LARGE' },
          { path: [2, 'title'], code: 'TOO_SHORT' },
        ],
      },
    })
    expect(await send('/items?onInvalid=skip', 'POST', rows)).toMatchObject({
      body: {
        count: 1,
        errors: [
          { index: 1, column: 'stars', code: 'TOO_LARGE' },
          { index: 2, column: 'title', code: 'TOO_SHORT' },
        ],
      },
    })
  })

  it('hold in query strings, paths and uploads', async () => {
    expect((await send('/stars?stars=5', 'GET')).status).toBe(200)
    expect(await send('/stars?stars=6', 'GET')).toMatchObject({
      status: 422,
      body: { errors: [{ code: 'TOO_LARGE' }] },
    })
    expect(await send('/stars/0', 'GET')).toMatchObject({ status: 422, body: { errors: [{ code: 'TOO_SMALL' }] } })
    const form = new FormData()
    form.append('id', '1')
    form.append('blob', new Blob(['abcd']))
    const response = await api.request('/upload', { method: 'POST', body: form })
    expect([response.status, await response.json()]).toMatchObject([
      422,
      { errors: [{ path: ['blob'], code: 'TOO_LONG' }] },
    ])
  })
})
