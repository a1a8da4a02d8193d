import { describe, expect, test } from 'vitest'
import { columnSpecFromJson, columnSpecToJson, makeDefault, specOfColumn } from './column-spec.ts'
import { now, uuid4, uuid7 } from './generators.ts'
import { t } from './t.ts'
import { misdeclared } from './testing/refusal.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[47][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

describe('columns', () => {
  test('are immutable: each method gives another column', () => {
    const plain = t.int()
    const key = plain.primaryKey().unique().references('nodes.id').comment('the id').default(3)
    expect(specOfColumn(plain)).toMatchObject({ nullable: false, primaryKey: false, unique: false })
    expect(specOfColumn(key)).toMatchObject({
      primaryKey: true,
      unique: true,
      references: 'nodes.id',
      comment: 'the id',
      default: { kind: 'value', value: 3 },
    })
    expect(Object.isFrozen(specOfColumn(key))).toBe(true)
  })

  test('are asked for with a sentence where something else is given', () => {
    for (const value of [null, 5, {}, 'string', t.string]) expect(() => specOfColumn(value)).toThrowError(misdeclared)
  })

  test('of unordered types are no keys', () => {
    const loose = (column: unknown) => column as { primaryKey(): unknown; unique(): unknown }
    for (const column of [t.json(), t.image(), t.array(t.int()), t.vector(3), t.binary()]) {
      expect(() => loose(column).primaryKey()).toThrowError(misdeclared)
      expect(() => loose(column).unique()).toThrowError(misdeclared)
    }
  })

  test('of arrays hold elements that are at most nullable', () => {
    for (const element of [t.int().default(1), t.int().primaryKey(), t.int().unique(), t.image()])
      expect(() => t.array(element)).toThrowError(misdeclared)
    expect(specOfColumn(t.array(t.int().nullable())).type.toJson()).toMatchObject({ nullable: true })
  })
})

describe('defaults', () => {
  test('are checked and normalised when they are declared', () => {
    expect(specOfColumn(t.decimal(5, 2).default(1)).default).toEqual({ kind: 'value', value: '1.00' })
    expect(() => t.int().default(1.5)).toThrowError(misdeclared)
    expect(() => t.int().default(null as never)).toThrowError(misdeclared)
    expect(specOfColumn(t.int().nullable().default(null)).default).toEqual({ kind: 'value', value: null })
  })

  test('give each row a value of its own', () => {
    const spec = specOfColumn(t.json<string[]>().default(['a']))
    const first = makeDefault(spec) as string[]
    first.push('b')
    expect(makeDefault(spec)).toEqual(['a'])
    const when = specOfColumn(t.timestamp().default(new Date(5)))
    expect(makeDefault(when)).not.toBe(makeDefault(when))
    expect(makeDefault(when)).toEqual(new Date(5))
  })

  test('can be made for each row', () => {
    expect(makeDefault(specOfColumn(t.uuid().default(uuid7())))).toMatch(UUID)
    expect(makeDefault(specOfColumn(t.string().default(uuid4())))).toMatch(UUID)
    expect(makeDefault(specOfColumn(t.timestamp().default(now())))).toBeInstanceOf(Date)
    expect(makeDefault(specOfColumn(t.date().default(now() as never)))).toMatch(/^\d{4}-\d\d-\d\d$/)
  })

  test('are refused when the generator makes another type', () => {
    expect(() => t.int().default(uuid7() as never)).toThrowError(misdeclared)
    expect(() => t.uuid().default(now() as never)).toThrowError(misdeclared)
  })

  test('of media are URLs: content cannot be declared', () => {
    expect(() => t.image().default(new Uint8Array(3))).toThrowError(misdeclared)
    expect(() => t.image().default('cat.jpg')).toThrowError(misdeclared)
    expect(makeDefault(specOfColumn(t.image().default('https://example.com/a.jpg')))).toBe('https://example.com/a.jpg')
  })

  test('are null for nullable columns, and missing for others', () => {
    expect(makeDefault(specOfColumn(t.int().nullable()))).toBeNull()
    expect(makeDefault(specOfColumn(t.int()))).toBeUndefined()
  })
})

describe('the persisted form of a column', () => {
  test.each([
    t.string({ max: 5 }).unique().comment('c'),
    t.float().default(Number.NaN),
    t.float().default(-0),
    t.bigint().default(2n ** 60n),
    t.timestamp().default(new Date(5)),
    t.binary().default(new Uint8Array([1, 2])),
    t.vector(2).default([0.5, 1]),
    t.array(t.timestamp().nullable()).default([new Date(5), null]),
    t.json().default({ b: 1, a: [null] }),
    t.uuid().default(uuid7()).primaryKey(),
    t.int().nullable().default(null),
    t.int().references('nodes.id'),
  ])('loses nothing (%#)', (column) => {
    const spec = specOfColumn(column)
    const json = JSON.parse(JSON.stringify(columnSpecToJson(spec)))
    const read = columnSpecFromJson(json)
    expect(columnSpecToJson(read)).toEqual(json)
    expect(read.default).toEqual(spec.default)
  })

  test('names a type of a newer version as unknown', () => {
    const json = { type: { kind: 'hologram' }, nullable: false, primaryKey: false, unique: false }
    expect(() => columnSpecFromJson(json)).toThrowError(misdeclared)
  })
})
