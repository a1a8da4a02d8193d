import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { type Cellar, defineTable, open, t } from 'cellar'
import { thumbnail } from 'cellar/functions/image'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type TestDatabase, testDatabase } from '../support/databases.ts'
import { raise, spin, stall } from '../support/functions.ts'
import { randomPicture } from '../support/pictures.ts'
import { coded } from '../support/problems.ts'

const people = defineTable('people', {
  id: t.int().primaryKey(),
  name: t.string(),
  email: t.string().nullable().unique(),
  age: t.int({ min: 0 }).nullable(),
  tags: t.json({ type: 'array', items: { type: 'string' } }).nullable(),
})
const pairs = defineTable('pairs', { a: t.int().primaryKey(), b: t.string().primaryKey(), n: t.int() })
const pictures = defineTable('pictures', { id: t.int().primaryKey(), photo: t.image() }).computed('small', (c) =>
  thumbnail(c.photo, { width: 4, height: 4 }),
)
const strict = defineTable('strict', { id: t.int().primaryKey(), text: t.string() }).computed('loud', (c) =>
  raise({ text: c.text }),
)
const lenient = defineTable('lenient', { id: t.int().primaryKey(), text: t.string() })
  .computed('loud', (c) => raise({ text: c.text }), { onError: 'store' })
  .computed('twice', (c) => c.loud.concat(c.loud))
  .computed('plain', (c) => c.text.concat('!'))
const stalls = defineTable('stalls', { id: t.int().primaryKey(), text: t.string() }).computed('same', (c) =>
  stall({ text: c.text }),
)
const spins = defineTable('spins', { id: t.int().primaryKey(), text: t.string() }).computed('same', (c) =>
  spin({ text: c.text }),
)
const tables = [people, pairs, pictures, strict, lenient, stalls, spins]

let database: TestDatabase
let cellar: Cellar
let folder: string

beforeAll(async () => {
  database = await testDatabase()
  cellar = await open(database.options)
  await cellar.apply(tables)
  folder = await mkdtemp(join(tmpdir(), 'cellar-input-'))
})
afterAll(async () => {
  await cellar.close()
  await database[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})
afterEach(async () => {
  for (const table of tables) await cellar.delete(table as typeof people)
})

const ada = { id: 1, name: 'Ada', email: 'ada@example.org', age: 36, tags: ['a'] }
const insert = (...rows: unknown[]) => cellar.insert(people, rows as (typeof ada)[])
const ids = async () =>
  (
    await cellar
      .from(people)
      .orderBy((c) => c.id)
      .collect()
  ).map(({ id }) => id)

describe('a row that cannot be stored', () => {
  const cases: [string, unknown, object][] = [
    ['an unknown column', { ...ada, id: 2, colour: 'red' }, { code: 'UNKNOWN_COLUMN' }],
    ['a system column', { ...ada, id: 2, _version: 1 }, { code: 'UNKNOWN_COLUMN' }],
    ['a name that every object has', JSON.parse('{"id":2,"name":"x","__proto__":{"a":1}}'), { code: 'UNKNOWN_COLUMN' }],
    ['a value of the wrong type', { ...ada, id: 'two' }, { code: 'INVALID_VALUE', issues: [{ path: [0, 'id'] }] }],
    ['a number as text', { ...ada, id: 2, name: 7 }, { code: 'INVALID_VALUE', issues: [{ path: [0, 'name'] }] }],
    ['a fraction for a whole number', { ...ada, id: 1.5 }, { code: 'INVALID_VALUE' }],
    ['a number beyond the safe ones', { ...ada, id: 2 ** 53 }, { code: 'INVALID_VALUE' }],
    [
      'a number out of the range of its column',
      { ...ada, id: 2, age: -1 },
      { code: 'INVALID_VALUE', issues: [{ path: [0, 'age'] }] },
    ],
    [
      'JSON that contradicts its schema',
      { ...ada, id: 2, tags: ['a', 1] },
      { code: 'INVALID_VALUE', issues: [{ path: [0, 'tags', 1] }] },
    ],
    ['NUL in a text', { ...ada, id: 2, name: 'a\0' }, { code: 'INVALID_VALUE' }],
    ['a lone surrogate', { ...ada, id: 2, name: '\ud800' }, { code: 'INVALID_VALUE' }],
    ['a missing value', { id: 2, email: null }, { code: 'MISSING_VALUE' }],
    [
      'null where there has to be a value',
      { ...ada, id: 2, name: null },
      { code: expect.stringMatching(/INVALID_VALUE|MISSING_VALUE/) },
    ],
    ['a list instead of a row', [1], { code: 'INVALID_VALUE' }],
    ['nothing at all', null, { code: 'INVALID_VALUE' }],
    ['a key that another row has', { ...ada, email: null }, { code: 'DUPLICATE_KEY' }],
    ['a unique value that another row has', { ...ada, id: 2 }, { code: 'DUPLICATE_KEY' }],
  ]

  it.each(cases)('is refused for %s, alone and among good ones', async (_, row, problem) => {
    await insert(ada)
    const expected = {
      ...(problem as { code: string }),
      status: expect.any(Number),
      ...('issues' in problem ? { issues: (problem.issues as object[]).map((i) => expect.objectContaining(i)) } : {}),
    }
    await expect(insert(row)).rejects.toThrowError(expect.objectContaining(expected))
    const good = (id: number) => ({ id, name: 'Good' })
    await expect(insert(good(10), row, good(11))).rejects.toThrowError(expect.objectContaining({ code: expected.code }))
    expect(await ids()).toEqual([1])
  })

  it.each(cases)('is listed and the others are written where that is asked for: %s', async (_, row, problem) => {
    await insert(ada)
    const result = await cellar.insert(
      people,
      [{ id: 10, name: 'Good' }, row, { id: 11, name: 'Good' }] as (typeof ada)[],
      {
        onInvalid: 'skip',
      },
    )
    expect(result).toMatchObject({
      count: 2,
      errors: [{ index: 1, code: (problem as { code: string }).code, retryable: false }],
    })
    expect(await ids()).toEqual([1, 10, 11])
  })

  it('may contradict a row of the same batch', async () => {
    const twins = [
      { id: 1, name: 'One' },
      { id: 2, name: 'Two' },
      { id: 1, name: 'Three' },
    ]
    await expect(insert(...twins)).rejects.toThrowError(coded('DUPLICATE_KEY'))
    expect(await ids()).toEqual([])
    const result = await cellar.insert(people, twins, { onInvalid: 'skip' })
    expect(result).toMatchObject({ count: 2, errors: [{ index: 2, code: 'DUPLICATE_KEY' }] })
    expect(
      await cellar
        .from(people)
        .orderBy((c) => c.id)
        .select((c) => ({ name: c.name }))
        .collect(),
    ).toEqual([{ name: 'One' }, { name: 'Two' }])
  })

  it('names a key of several columns', async () => {
    await cellar.insert(pairs, [
      { a: 1, b: 'x', n: 1 },
      { a: 1, b: 'y', n: 2 },
    ])
    const error = await cellar.insert(pairs, [{ a: 1, b: 'x', n: 3 }]).catch((reason: unknown) => reason)
    expect(error).toMatchObject({
      code: 'DUPLICATE_KEY',
      details: { table: 'pairs', columns: expect.stringMatching(/a.*b/) },
    })
    expect(await cellar.from(pairs).count()).toBe(2)
  })

  it('leaves the connections healthy, however often', async () => {
    await insert(ada)
    const outcomes = await Promise.allSettled(
      Array.from({ length: 200 }, (_, n) => insert({ id: n % 2 ? 1 : n + 2, name: 'x' })),
    )
    expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(100)
    expect(await cellar.from(people).count()).toBe(101)
  })

  it('is refused by updates as well', async () => {
    await insert(ada, { id: 2, name: 'Bob' })
    const update = (changes: object) => cellar.update(people, changes as never, { where: (c) => c.id.eq(2) })
    await expect(update({ colour: 1 })).rejects.toThrowError(coded('UNKNOWN_COLUMN'))
    await expect(update({ name: 1 })).rejects.toThrowError(coded('INVALID_VALUE'))
    await expect(update({ name: null })).rejects.toThrowError(
      expect.objectContaining({ code: expect.stringMatching(/INVALID_VALUE|MISSING_VALUE/) }),
    )
    await expect(update({ email: ada.email })).rejects.toThrowError(coded('DUPLICATE_KEY'))
    await expect(update({ id: 1 })).rejects.toThrowError(coded('DUPLICATE_KEY'))
    await expect(cellar.update(people, { email: 'same' })).rejects.toThrowError(coded('DUPLICATE_KEY'))
    expect(
      await cellar
        .from(people)
        .orderBy((c) => c.id)
        .collect(),
    ).toEqual([ada, { id: 2, name: 'Bob', email: null, age: null, tags: null }])
  })

  it('is refused when it is to be computed only', async () => {
    await expect(cellar.compute(people, [{ id: 1, name: 'x', nam: 'x' } as never])).rejects.toThrowError(
      coded('UNKNOWN_COLUMN'),
    )
    await expect(cellar.compute(people, [{ id: 'x', name: 'x' } as never])).rejects.toThrowError(coded('INVALID_VALUE'))
  })
})

describe('an image', () => {
  const png = randomPicture(40, 30)
  const lies: [string, () => Uint8Array, string][] = [
    ['that is no image', () => Buffer.from('hello, I am a text'), 'MEDIA_WRONG_KIND'],
    ['that is empty', () => new Uint8Array(), 'MEDIA_WRONG_KIND'],
    ['that is cut off', () => png.subarray(0, png.length / 2), 'MEDIA'],
    ['that has a head only', () => png.subarray(0, 33), 'MEDIA'],
    [
      'whose pixels are damaged',
      () => Buffer.concat([png.subarray(0, 60), Buffer.alloc(400, 7), png.subarray(460)]),
      'MEDIA',
    ],
    ['that is a page with script', () => Buffer.from('<html><script>alert(1)</script></html>'), 'MEDIA_WRONG_KIND'],
    ['that claims to be huge', () => claim(png, 60_000, 60_000), 'MEDIA_TOO_MANY_PIXELS'],
  ]
  const code = (expected: string) => ({
    code: expected === 'MEDIA' ? expect.stringMatching(/^(MEDIA_|CELL_FAILED)/) : expected,
  })

  it.each(lies)('%s is refused', async (_, bytes, expected) => {
    await cellar.insert(pictures, [{ id: 1, photo: png }])
    const bad = Buffer.from(bytes())
    await expect(cellar.insert(pictures, [{ id: 2, photo: bad }])).rejects.toThrowError(
      expect.objectContaining(code(expected)),
    )
    await expect(cellar.update(pictures, { photo: bad })).rejects.toThrowError(expect.objectContaining(code(expected)))
    const file = join(folder, 'liar.png')
    await writeFile(file, bad)
    await expect(cellar.insert(pictures, [{ id: 2, photo: file }])).rejects.toThrowError(
      expect.objectContaining(code(expected)),
    )
    const rows = await cellar.from(pictures).collect()
    expect(rows).toHaveLength(1)
    expect(Buffer.from(await cellar.readMedia(rows[0]?.photo as never))).toEqual(png)
  })

  it('that cannot be had is refused', async () => {
    const refused = async (photo: string, code: string) =>
      expect(cellar.insert(pictures, [{ id: 2, photo }])).rejects.toThrowError(coded(code))
    await refused(join(folder, 'missing.png'), 'MEDIA_UNREADABLE')
    await refused(folder, 'MEDIA_UNREADABLE')
    await refused('data:image/png;base64,%%%', 'INVALID_VALUE')
    await refused('data:image/png;base64,aGVsbG8=', 'MEDIA_WRONG_KIND')
    await refused('http://127.0.0.1:1/x.png', 'MEDIA_URL_REFUSED')
    await refused('http://169.254.169.254/latest/meta-data', 'MEDIA_URL_REFUSED')
    await refused('ftp://example.org/x.png', 'MEDIA_URL_REFUSED')
    await refused(`cellar:${'0'.repeat(64)}.png`, 'MEDIA_NOT_FOUND')
    expect(await cellar.from(pictures).count()).toBe(0)
  })

  it('over the limit is refused', async () => {
    await using other = await testDatabase()
    await using limited = await open({ ...other.options, media: { maxBytes: 1000, maxPixels: 1000 } })
    await limited.apply([pictures])
    await expect(limited.insert(pictures, [{ id: 1, photo: randomPicture(20, 20) }])).rejects.toThrowError(
      coded('MEDIA_TOO_LARGE'),
    )
    await expect(limited.insert(pictures, [{ id: 1, photo: claim(randomPicture(4, 4), 40, 40) }])).rejects.toThrowError(
      coded('MEDIA_TOO_MANY_PIXELS'),
    )
    expect(await limited.from(pictures).count()).toBe(0)
  })
})

/** The picture with another size in its head, and a checksum that agrees. */
function claim(png: Buffer, width: number, height: number): Buffer {
  const head = Buffer.from(png)
  head.writeUInt32BE(width, 16)
  head.writeUInt32BE(height, 20)
  head.writeUInt32BE(crc32(head.subarray(12, 29)), 29)
  return head
}

describe('a function', () => {
  it('that fails refuses the write', async () => {
    await expect(
      cellar.insert(strict, [
        { id: 1, text: 'ok' },
        { id: 2, text: 'fail' },
      ]),
    ).rejects.toThrowError(coded('CELL_FAILED', { issues: expect.anything() }))
    expect(await cellar.from(strict).count()).toBe(0)
    await cellar.insert(strict, [{ id: 1, text: 'ok' }])
    await expect(cellar.update(strict, { text: 'fail' })).rejects.toThrowError(coded('CELL_FAILED'))
    expect(await cellar.from(strict).collect()).toEqual([{ id: 1, text: 'ok', loud: 'OK' }])
  })

  it('that fails is no invalid row: what it does is said by onError', async () => {
    const rows = [
      { id: 1, text: 'ok' },
      { id: 2, text: 'fail' },
      { id: 1, text: 'ok' },
    ]
    await expect(cellar.insert(strict, rows, { onInvalid: 'skip' })).rejects.toThrowError(coded('CELL_FAILED'))
    expect(await cellar.from(strict).count()).toBe(0)
    const { count, errors } = await cellar.insert(strict, rows, { onInvalid: 'skip', onError: 'store' })
    expect([count, errors.map(({ index, code }) => [index, code])]).toEqual([
      2,
      [
        [1, 'FUNCTION_FAILED'],
        [2, 'DUPLICATE_KEY'],
      ],
    ])
  })

  it('that fails leaves a failed cell where its column says so, and those that need it fail with it', async () => {
    const result = await cellar.insert(
      lenient,
      [
        { id: 1, text: 'ok' },
        { id: 2, text: 'fail' },
      ],
      { returnRows: true },
    )
    expect(result.count).toBe(2)
    expect(result.rows[1]).toEqual({ id: 2, text: 'fail', loud: null, twice: null, plain: 'fail!' })
    expect(result.errors).toEqual([
      {
        index: 1,
        column: 'loud',
        code: 'FUNCTION_FAILED',
        message: expect.any(String),
        retryable: expect.any(Boolean),
      },
      expect.objectContaining({ index: 1, column: 'twice' }),
    ])
    const failed = await cellar.inspect.cellErrors({ path: 'lenient' })
    expect(failed.map((cell) => cell.column).sort()).toEqual(['loud', 'twice'])
    // What is repaired is found and computed again.
    await cellar.update(lenient, { text: 'fine' }, { where: (c) => c.id.eq(2) })
    expect(
      await cellar
        .from(lenient)
        .where((c) => c.id.eq(2))
        .first(),
    ).toEqual({ id: 2, text: 'fine', loud: 'FINE', twice: 'FINEFINE', plain: 'fine!' })
    expect(await cellar.inspect.cellErrors({ path: 'lenient' })).toEqual([])
  })

  it('of a column that refuses can be stored as failed by the caller, and the other way round', async () => {
    const stored = await cellar.insert(strict, [{ id: 1, text: 'fail' }], { onError: 'store' })
    expect(stored).toMatchObject({ count: 1, errors: [{ index: 0, column: 'loud' }] })
    await expect(cellar.insert(lenient, [{ id: 1, text: 'fail' }], { onError: 'abort' })).rejects.toThrowError(
      coded('CELL_FAILED'),
    )
    expect(await cellar.from(lenient).count()).toBe(0)
  })

  it('that never answers is given up', async () => {
    const began = performance.now()
    await expect(cellar.insert(stalls, [{ id: 1, text: 'stall' }])).rejects.toThrowError(
      coded('CELL_UNAVAILABLE', { retryable: true, status: 503 }),
    )
    expect(performance.now() - began).toBeLessThan(5000)
    const { errors } = await cellar.insert(
      stalls,
      [
        { id: 1, text: 'stall' },
        { id: 2, text: 'x' },
      ],
      { onError: 'store' },
    )
    expect(errors).toMatchObject([{ index: 0, column: 'same', code: 'FUNCTION_TIMEOUT', retryable: true }])
    expect(
      await cellar
        .from(stalls)
        .orderBy((c) => c.id)
        .select((c) => ({ same: c.same }))
        .collect(),
    ).toEqual([{ same: null }, { same: 'x' }])
  })

  it('that spins for ever is killed, and others of its thread run', { timeout: 30_000 }, async () => {
    const all = Array.from({ length: 6 }, (_, id) => ({ id, text: id % 3 === 0 ? 'spin' : 'x' }))
    const began = performance.now()
    const { errors, count } = await cellar.insert(spins, all, { onError: 'store' })
    expect(errors.map(({ index, code }) => [index, code])).toEqual([
      [0, 'FUNCTION_TIMEOUT'],
      [3, 'FUNCTION_TIMEOUT'],
    ])
    expect(count).toBe(6)
    expect(performance.now() - began).toBeLessThan(15_000)
    await expect(cellar.insert(spins, [{ id: 10, text: 'spin' }])).rejects.toThrowError(coded('CELL_UNAVAILABLE'))
    await cellar.insert(spins, [{ id: 10, text: 'x' }])
  })
})

it('is an error of the caller to insert into what was never applied', async () => {
  const unknown = defineTable('unknown', { id: t.int().primaryKey() })
  await expect(cellar.insert(unknown, [{ id: 1 }])).rejects.toThrowError(coded('TABLE_NOT_FOUND'))
  await expect(cellar.from(unknown).collect()).rejects.toThrowError(coded('TABLE_NOT_FOUND'))
  await expect(cellar.delete(unknown)).rejects.toThrowError(coded('TABLE_NOT_FOUND'))
})
