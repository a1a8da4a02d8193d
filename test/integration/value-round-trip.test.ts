import { type AnyTable, type Cellar, defineTable, open, t } from 'cellar'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../support/databases.ts'

let database: TestDatabase
let cellar: Cellar

beforeAll(async () => {
  database = await testDatabase()
  cellar = await open(database.options)
})
afterAll(async () => {
  await cellar.close()
  await database[Symbol.asyncDispose]()
})

const nested = (depth: number): unknown => JSON.parse(`${'[{"a":'.repeat(depth)}1${'}]'.repeat(depth)}`)
const date = (iso: string) => new Date(iso)
const everyPlane = Array.from({ length: 17 }, (_, plane) =>
  String.fromCodePoint(plane * 0x10000 + 0x41, plane * 0x10000 + 0xfffd),
)

/** A type, and values with what they are read back as, where that differs. */
const cases = {
  string: {
    column: t.string(),
    values: ['', ' ', '"\\{},NULL', '\u0001\n\r\t\x7f', everyPlane.join(''), 'x'.repeat(10_000_000)],
  },
  int: { column: t.int(), values: [0, -1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER] },
  bigint: { column: t.bigint(), values: [0n, 2n ** 63n - 1n, -(2n ** 63n)] },
  float: {
    column: t.float(),
    values: [
      0,
      -0,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      5e-324,
      Number.MAX_VALUE,
      0.1,
      1e21,
    ],
  },
  decimal: {
    column: t.decimal(),
    values: ['0', '1.50', '-0.000', '123456789012345678901234567890.123456789'],
    read: ['0', '1.50', '0.000', undefined],
  },
  money: { column: t.decimal(10, 2), values: ['12345678.90', 3, '-.5'], read: [undefined, '3.00', '-0.50'] },
  bool: { column: t.bool(), values: [true, false] },
  timestamp: {
    column: t.timestamp(),
    values: [
      date('2024-02-29T23:59:59.999Z'),
      date('1970-01-01T00:00:00Z'),
      date('1969-12-31T23:59:59.999Z'),
      date('0001-01-01T00:00:00Z'),
      date('0099-06-01T00:00:00.010Z'),
      date('-004713-11-24T00:00:00Z'),
      date('+275760-09-13T00:00:00Z'),
    ],
  },
  date: { column: t.date(), values: ['2024-02-29', '0001-01-01', '9999-12-31'] },
  uuid: {
    column: t.uuid(),
    values: ['0190F5FE-7C00-7A00-8000-00000000000A'],
    read: ['0190f5fe-7c00-7a00-8000-00000000000a'],
  },
  json: {
    column: t.json(),
    values: [
      [],
      {},
      [[]],
      '',
      'x',
      0,
      true,
      nested(500),
      { ü: 1, a: { '': [null] }, b: everyPlane },
      [1e300, 5e-324, 0.1],
      JSON.parse('{"__proto__":{"a":1}}'),
    ],
  },
  binary: {
    column: t.binary(),
    values: [new Uint8Array(), Uint8Array.of(0, 255, 92, 34), new Uint8Array(1_000_000).fill(7)],
  },
  texts: {
    column: t.array(t.string().nullable()),
    values: [[], ['', null, 'NULL', '"', '\\', 'a,b', '{}', '\n'], everyPlane],
  },
  floats: { column: t.array(t.float()), values: [[], [Number.NaN, -0, 0.1, Number.POSITIVE_INFINITY]] },
  times: { column: t.array(t.timestamp()), values: [[date('2024-05-01T00:00:00.001Z')]] },
  bytes: { column: t.array(t.binary()), values: [[Uint8Array.of(1, 2), new Uint8Array()]] },
  nested: {
    column: t.array(t.array(t.float().nullable())),
    values: [
      [],
      [[]],
      [
        [1, null],
        [Number.NaN, -0],
      ],
    ],
  },
  jsons: { column: t.array(t.json()), values: [[{ a: [] }, 'x', 1]] },
} satisfies Record<string, { column: unknown; values: readonly unknown[]; read?: readonly unknown[] }>

/** Ways in which values travel: an array for each column, or what `copy` reads. */
const ways = {
  insert: (table: AnyTable, rows: unknown) => cellar.insert(table as never, rows as never, { returnRows: true }),
  upsert: (table: AnyTable, rows: unknown) =>
    cellar.batchUpdate(table as never, rows as never, { returnRows: true, ifMissing: 'insert' }),
}

/** Writes values of one column and reads them back, in the order of writing. */
async function roundTrip(table: AnyTable, values: readonly unknown[], way: keyof typeof ways = 'insert') {
  const rows = values.map((value, id) => ({ id, value }))
  const written = await ways[way](table, rows)
  const read = await cellar
    .from(table as never)
    .orderBy((c: { id: never }) => c.id as never)
    .collect()
  await cellar.delete(table as never, { where: (c: { id: { isNotNull(): never } }) => c.id.isNotNull() } as never)
  const valueIn = (row: unknown) => (row as { value: unknown }).value
  return { written: (written.rows as readonly unknown[]).map(valueIn), read: (read as readonly unknown[]).map(valueIn) }
}

describe.each(Object.entries(cases))('values of %s', (name, { column, values, ...rest }) => {
  const read: readonly unknown[] = 'read' in rest ? rest.read : []
  const expected = values.map((value, i) => read[i] ?? value)

  test('come back exactly, alone and in bulk, whichever way they travel', async () => {
    const table = defineTable(`round_${name}`, { id: t.int().primaryKey(), value: column as ReturnType<typeof t.int> })
    await cellar.apply([table])
    const one = await roundTrip(table, values.slice(0, 1))
    expect(one).toEqual({ written: expected.slice(0, 1), read: expected.slice(0, 1) })
    const all = await roundTrip(table, values)
    expect(all).toEqual({ written: expected, read: expected })
    expect(await roundTrip(table, values, 'upsert')).toEqual({ written: expected, read: expected })
  })
})

test('vectors come back exactly', async ({ skip }) => {
  const table = defineTable('round_vector', { id: t.int().primaryKey(), value: t.vector(3) })
  const refused = await cellar.apply([table]).catch((error: { code: string }) => error.code)
  skip(refused === 'DATABASE_UNSUPPORTED', 'the server has no pgvector')
  const values = [Float32Array.of(0.1, -0, 3.4e38), Float32Array.of(1e-45, 1.5, -2)]
  for (const way of ['insert', 'upsert'] as const)
    expect(await roundTrip(table, values, way)).toEqual({ written: values, read: values })
})

describe('any value', () => {
  const json = fc
    .jsonValue({ noUnicodeString: false })
    .filter((value) => value !== null && !/\\u0000|\\ud[89a-f]/i.test(JSON.stringify(value)))
  const text = fc.string({ unit: 'binary' }).filter((value) => !value.includes('\0'))
  const row = fc.record({
    text,
    number: fc.double(),
    big: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    at: fc.date({ min: date('-004713-11-24T00:00:00Z'), noInvalidDate: true }),
    json,
    texts: fc.array(fc.option(text)),
    bytes: fc.uint8Array(),
  })

  test('is read as it was returned by the insert', async () => {
    const table = defineTable('any_value', {
      id: t.int().primaryKey(),
      text: t.string(),
      number: t.float(),
      big: t.bigint(),
      at: t.timestamp(),
      json: t.json(),
      texts: t.array(t.string().nullable()),
      bytes: t.binary(),
    })
    await cellar.apply([table])
    let id = 0
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 20 }), async (given) => {
        const first = id
        const rows = given.map((values) => ({ id: id++, ...values }))
        const written = await (first % 2 === 0
          ? cellar.insert(table, rows, { returnRows: true })
          : cellar.batchUpdate(table, rows, { returnRows: true, ifMissing: 'insert' }))
        const read = await cellar
          .from(table)
          .where((c) => c.id.gte(first))
          .orderBy((c) => c.id)
          .collect()
        expect(read).toEqual(written.rows)
        expect(JSON.stringify(read.map((r) => r.json))).toBe(JSON.stringify(written.rows.map((r) => r.json)))
        const same = rows.map(({ json: _, ...rest }) => rest)
        expect(read.map(({ json: _, ...rest }) => rest)).toEqual(same)
      }),
      { numRuns: 40 },
    )
  })
})

describe('values that cannot be kept', () => {
  const table = defineTable('refused_values', {
    id: t.int().primaryKey(),
    text: t.string().nullable(),
    json: t.json().nullable(),
    tags: t.array(t.string()).nullable(),
  })

  test.each([
    ['text', 'a\0b', ['text']],
    ['text', '\ud800', ['text']],
    ['json', { a: ['\0'] }, ['json', 'a', 0]],
    ['json', { a: { b: Number.NaN } }, ['json', 'a', 'b']],
    ['json', nested(5000), ['json']],
    ['tags', ['ok', 5], ['tags', 1]],
    ['id', 2 ** 53, ['id']],
  ])('%s = %s: nothing is written, and the error leads to it', async (name, value, path) => {
    await cellar.apply([table])
    const write = cellar.insert(table, [{ id: 1, [name]: value } as never])
    const issue = expect.objectContaining({ code: 'INVALID_VALUE' })
    await expect(write).rejects.toMatchObject({ code: 'INVALID_VALUE', issues: [issue] })
    await write.catch((error) => expect(error.issues[0].path.slice(-path.length)).toEqual(path))
    expect(await cellar.from(table).count()).toBe(0)
  })
})
