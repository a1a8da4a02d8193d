import { get as httpGet, type IncomingMessage } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { defineFunction, defineQuery, defineTable, open, t } from 'cellar'
import { serve, TableRouter } from 'cellar/serve'
import { beforeEach, describe, expect, it } from 'vitest'
import { useCellar } from '../support/use-cellar.ts'

const fragile = defineFunction({
  name: 'routeStreamsFragile',
  args: { n: t.int(), limit: t.int() },
  returns: t.int(),
  run: ({ n, limit }) => {
    if (n >= limit) throw new TypeError('secret')
    return -n
  },
})
const PIXEL =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

const things = defineTable('things', {
  id: t.int().primaryKey(),
  text: t.string().nullable(),
  ok: t.bool().nullable(),
  big: t.bigint().nullable(),
  price: t.decimal().nullable(),
  ratio: t.float().nullable(),
  taken: t.timestamp().nullable(),
  day: t.date().nullable(),
  meta: t.json().nullable(),
  words: t.array(t.string()).nullable(),
  point: t.vector(3).nullable(),
  blob: t.binary().nullable(),
  picture: t.image().nullable(),
})
const lines = defineTable('lines', { id: t.int().primaryKey(), text: t.string() })
const scene = useCellar([things, lines])

const allThings = defineQuery('allThings', {}, (_, { from }) => from(things))
const oneThing = defineQuery('oneThing', { id: t.int() }, ({ id }, { from }) => from(things).where((c) => c.id.eq(id)))
const allLines = defineQuery('allLines', {}, (_, { from }) => from(lines).orderBy((c) => c.id.desc()))
const few = defineQuery('few', {}, (_, { from }) =>
  from(lines)
    .orderBy((c) => c.text)
    .limit(7)
    .offset(1),
)
const computed = defineQuery('computed', { limit: t.int() }, ({ limit }, { from }) =>
  from(lines)
    .orderBy((c) => c.id)
    .select((c) => ({ id: c.id, minus: fragile({ n: c.id, limit }) })),
)

const api = new TableRouter({ prefix: '/api' })
  .addQueryRoute(allThings, { path: '/things', method: 'get' })
  .addQueryRoute(allThings, { path: '/things/some', outputs: ['text', 'id'] })
  .addQueryRoute(oneThing, { path: '/things/:id', method: 'get', oneRow: true })
  .addQueryRoute(allLines, { path: '/lines', method: 'get' })
  .addQueryRoute(few, { path: '/few', method: 'get' })
  .addQueryRoute(computed, { path: '/computed', method: 'get' })
  .addQueryRoute(few, { path: '/handled', method: 'get', handler: (page) => page })

const NDJSON = 'application/x-ndjson'
const CSV = 'text/csv'
const ask = (path: string, accept: string, init: RequestInit = {}) =>
  api.request(`/api${path}`, { ...init, headers: { accept } })
const text = async (path: string, accept: string) => {
  const response = await ask(path, accept)
  expect(response.status, await response.clone().text()).toBe(200)
  return response.text()
}
const parsed = (body: string): { id: number }[] =>
  body
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line))

beforeEach(() => {
  api.bind(scene.cellar)
})

const full = {
  id: 1,
  text: 'a "quoted", text\nwith\r\nlines',
  ok: true,
  big: 2n ** 60n,
  price: '1.50',
  ratio: 0.1,
  taken: new Date('2024-02-03T04:05:06.789Z'),
  day: '2024-02-03',
  meta: { a: [1, 'x,y'], b: null },
  words: ['a', 'b"c'],
  point: [1, 0.5, -2],
  blob: new Uint8Array([0, 255, 7]),
  picture: PIXEL,
}

/** @param width characters that each has besides */
async function fillLines(count: number, width = 0) {
  await scene.sql(
    `insert into cellar_data.lines (id, text, _version)
      select n, 'line ' || n || repeat('x', ${width}), 1 from generate_series(1, ${count}) n`,
  )
}

describe('rows as NDJSON and CSV', () => {
  beforeEach(async () => {
    await scene.cellar.insert(things, [full, { id: 2, text: '=1+1' }, { id: 3, text: '', ratio: Number.NaN }])
  })

  it('have the values of the JSON answer, whatever their type', async () => {
    const { rows } = (await (await ask('/things', 'application/json')).json()) as { rows: unknown[] }
    expect(rows[0]).toMatchObject({
      words: ['a', 'b"c'],
      point: [1, 0.5, -2],
      blob: 'AP8H',
      picture: expect.stringMatching(/^\/api\/media\/[0-9a-f]{64}\.png$/),
    })
    const response = await ask('/things', NDJSON)
    expect(response.headers.get('content-type')).toBe(NDJSON)
    expect(response.headers.get('vary')).toBe('accept')
    expect(parsed(await response.text())).toEqual(rows)
    expect(await (await ask('/things/1', 'application/json')).json()).toEqual(rows[0])
  })

  it('are CSV with a header line and quotes where needed', async () => {
    const response = await ask('/things', CSV)
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present')
    const picture = parsed(await text('/things', NDJSON))[0] as unknown as { picture: string }
    expect(await response.text()).toBe(
      [
        'id,text,ok,big,price,ratio,taken,day,meta,words,point,blob,picture',
        `1,"a ""quoted"", text\nwith\r\nlines",true,1152921504606846976,1.50,0.1,2024-02-03T04:05:06.789Z,2024-02-03,"{""a"":[1,""x,y""],""b"":null}","[""a"",""b\\""c""]","[1,0.5,-2]",AP8H,${picture.picture}`,
        '2,=1+1,,,,,,,,,,,',
        '3,"",,,,,,,,,,,',
        '',
      ].join('\r\n'),
    )
    expect(await (await ask('/things/some', CSV, { method: 'POST' })).text()).toMatch(/^text,id\r\n"a ""quoted"/)
  })

  it('are chosen by Accept, with a problem where nothing fits', async () => {
    expect((await ask('/things', 'text/csv;q=0.5, application/json')).headers.get('content-type')).toBe(
      'application/json',
    )
    for (const [path, accept] of [
      ['/things', 'text/html'],
      ['/things/1', CSV],
      ['/handled', NDJSON],
    ] as const) {
      const response = await ask(path, accept)
      expect(response.headers.get('content-type')).toBe('application/problem+json')
      expect(await response.json()).toMatchObject({ status: 406, code: 'NOT_ACCEPTABLE' })
    }
    const head = await ask('/things', CSV, { method: 'HEAD' })
    expect([head.status, head.headers.get('content-type'), await head.text()]).toEqual([
      200,
      'text/csv; charset=utf-8; header=present',
      '',
    ])
  })

  it('are none in an empty table', async () => {
    await scene.cellar.delete(things, { where: (c) => c.id.gt(0) })
    expect(await text('/things', NDJSON)).toBe('')
    expect(await text('/things', CSV)).toMatch(/^id,text,.*picture\r\n$/)
  })
})

describe('a stream of rows', () => {
  it('has all of them, a page of them with a limit, the rest of them with a cursor', async () => {
    await fillLines(5432)
    const whole = parsed(await text('/lines', NDJSON))
    expect(whole.map(({ id }) => id)).toEqual(Array.from({ length: 5432 }, (_, at) => 5432 - at))
    const page = await ask('/lines?limit=3', CSV)
    expect(await page.text()).toBe('id,text\r\n5432,line 5432\r\n5431,line 5431\r\n5430,line 5430\r\n')
    const next = /<([^>]+)>; rel="next"/.exec(page.headers.get('link') ?? '')?.[1] ?? ''
    expect(parsed(await text(next.slice('/api'.length), NDJSON))[0]).toEqual(whole[3])
    const after = new URL(next, 'http://x').searchParams.get('after')
    expect(parsed(await text(`/lines?after=${after}`, NDJSON))).toEqual(whole.slice(3))
    expect(parsed(await text('/few', NDJSON)).map(({ id }) => id)).toEqual([10, 100, 1000, 1001, 1002, 1003, 1004])
    expect(await (await ask('/lines?after=x', NDJSON)).json()).toMatchObject({ status: 422, code: 'INVALID_CURSOR' })
  })

  it('has what JavaScript computes, and a problem where that fails at once', async () => {
    await fillLines(2500)
    const rows = parsed(await text('/computed?limit=9999', NDJSON)) as unknown as { minus: number }[]
    expect(rows.map(({ minus }) => -minus)).toEqual(Array.from({ length: 2500 }, (_, at) => at + 1))
    const failed = await ask('/computed?limit=1', NDJSON)
    expect(await failed.json()).toMatchObject({ status: 422, code: 'FUNCTION_FAILED' })
  })
})

async function served(router: typeof api | TableRouter, cellar = scene.cellar) {
  const server = await serve(router, { cellar, port: 0 })
  return { url: server.url, [Symbol.asyncDispose]: () => server.close({ graceMs: 0 }) }
}

const openStream = (url: string, accept = NDJSON) =>
  new Promise<IncomingMessage>((resolve, reject) => {
    httpGet(url, { headers: { accept } }, resolve).on('error', reject)
  })

/** Transactions that a stream holds on a server, or its cursors in the one session of the embedded database. */
async function held(what: 'transactions' | 'cursors' = 'transactions'): Promise<number> {
  const [row] = await scene.sql<{ n: number }>(
    what === 'cursors' && scene.database.mode === 'embedded'
      ? `select count(*)::int as n from pg_cursors where name like 'cellar_stream%'`
      : `select count(*)::int as n from pg_stat_activity
          where datname = current_database() and state like 'idle in transaction%'`,
  )
  return row?.n ?? -1
}

async function settled(what: 'transactions' | 'cursors' = 'transactions'): Promise<number> {
  const until = Date.now() + 10_000
  while ((await held(what)) > 0 && Date.now() < until) await sleep(20)
  return held(what)
}

describe('a client of a stream', () => {
  const COUNT = 20_000

  it('that is slow holds no connection, and gets every row once', async () => {
    // More than the system keeps for a connection.
    await fillLines(COUNT, 800)
    await using server = await served(api)
    const responses = await Promise.all(Array.from({ length: 3 }, () => openStream(`${server.url}/api/lines`)))
    await sleep(500)
    expect(await settled()).toBe(0)
    expect((await (await fetch(`${server.url}/api/lines?limit=1`)).json()) as unknown).toMatchObject({
      rows: [{ id: COUNT }],
    })
    // On a server, what is far behind the point that was read can be changed meanwhile.
    await scene.sql('delete from cellar_data.lines where id = 17')
    const missing = scene.database.mode === 'server' ? 17 : 0
    const bodies = await Promise.all(responses.map((response) => response.setEncoding('utf8').toArray()))
    for (const body of bodies) {
      const ids = parsed(body.join('')).map(({ id }) => id)
      expect(ids).toEqual(Array.from({ length: COUNT }, (_, at) => COUNT - at).filter((id) => id !== missing))
    }
  })

  it('that goes away ends the reading', async () => {
    await fillLines(COUNT)
    await using server = await served(api)
    for (let n = 0; n < 10; n += 1) {
      const response = await openStream(`${server.url}/api/lines`)
      if (n % 2 === 0) await new Promise((resolve) => response.once('data', resolve))
      response.destroy()
    }
    expect(await settled('cursors')).toBe(0)
    expect((await fetch(`${server.url}/api/lines?limit=1`)).status).toBe(200)
  })

  it('sees a cut connection where it fails in the midst, not a short answer', async () => {
    await fillLines(4000)
    await using server = await served(api)
    for (const accept of [NDJSON, CSV]) {
      const response = await openStream(`${server.url}/api/computed?limit=3500`, accept)
      expect(response.statusCode).toBe(200)
      await expect(response.toArray()).rejects.toMatchObject({ code: 'ECONNRESET' })
      expect(response.complete).toBe(false)
    }
  })

  it('is cut off when the table goes while it waits, unless Postgres keeps its rows', async () => {
    const gone = defineTable('gone', { id: t.int().primaryKey(), text: t.string() })
    const query = defineQuery('gone', {}, (_, { from }) => from(gone))
    const router = new TableRouter({ prefix: '/gone' }).addQueryRoute(query, { path: '/all', method: 'get' })
    await using cellar = await open({ ...scene.database.options })
    await cellar.apply([gone])
    await scene.sql(
      `insert into cellar_data.gone (id, text, _version) select n, repeat('x', 800), 1 from generate_series(1, ${COUNT}) n`,
    )
    await using server = await served(router, cellar)
    const response = await openStream(`${server.url}/gone/all`)
    await sleep(500)
    expect(await settled()).toBe(0)
    await scene.sql('drop table cellar_data.gone')
    if (scene.database.mode === 'server') await expect(response.toArray()).rejects.toMatchObject({ code: 'ECONNRESET' })
    else expect(parsed(Buffer.concat(await response.toArray()).toString())).toHaveLength(COUNT)
  })
})
