import { type } from 'arktype'
import fc from 'fast-check'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { columnTypeFromJson } from './column-type-from-json.ts'
import { jsonType } from './json.ts'
import { MAX_DEPTH } from './json-value.ts'
import { types } from './kinds.ts'
import { invalid, invalidAt, misdeclared } from './testing/refusal.ts'

const nested = (depth: number): unknown => JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`)

describe('t.json', () => {
  test('keeps every JSON value, except that jsonb has no negative zero', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        fc.pre(value !== null && !/\\u0000|\\ud[89a-f]/i.test(JSON.stringify(value)))
        const parsed = types.json.parse(value)
        expect(types.json.decode(String(types.json.encode(parsed)))).toEqual(parsed)
        expect(JSON.parse(JSON.stringify(parsed))).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })

  test('orders keys as jsonb does: by length in bytes, then by bytes', () => {
    const parsed = types.json.parse({ bb: 1, ü: 2, a: { d: 1, c: 2 }, '😀': 3, b: 4, '': 5 })
    expect(JSON.stringify(parsed)).toBe('{"":5,"a":{"c":2,"d":1},"b":4,"bb":1,"ü":2,"😀":3}')
  })

  test('takes -0 for 0 and leaves out members that are undefined', () => {
    expect(types.json.parse({ a: [-0], b: undefined })).toEqual({ a: [0] })
    expect(Object.is((types.json.parse([-0]) as number[])[0], 0)).toBe(true)
  })

  test('shares nothing with what was given', () => {
    const given = { a: [{ b: 1 }] }
    const parsed = types.json.parse(given)
    given.a.push({ b: 2 })
    expect(parsed).toEqual({ a: [{ b: 1 }] })
  })

  test('keeps a member named __proto__ without touching any prototype', () => {
    const parsed = types.json.parse(JSON.parse('{"__proto__":{"polluted":true},"a":1}')) as object
    expect(Object.getPrototypeOf(parsed)).toBe(Object.prototype)
    expect(JSON.stringify(parsed)).toBe('{"a":1,"__proto__":{"polluted":true}}')
    expect('polluted' in parsed).toBe(false)
  })

  test.each([
    ['a function', { a: () => 1 }, ['a']],
    ['a Date', { a: [new Date()] }, ['a', 0]],
    ['a Map', new Map(), []],
    ['a bigint', [1, 2n], [1]],
    ['NaN', { a: { b: Number.NaN } }, ['a', 'b']],
    ['an infinity', [Number.NEGATIVE_INFINITY], [0]],
    ['undefined in an array', [undefined], [0]],
    ['a hole', new Array(1), [0]],
    ['undefined', undefined, []],
    ['NUL', { a: ['x\0'] }, ['a', 0]],
    ['a lone surrogate', ['\ud800'], [0]],
    ['NUL in a key', { b: { 'a\0': 1 } }, ['b']],
    ['a symbol', { a: Symbol('x') }, ['a']],
  ])('refuses %s and says where', (_, value, path) => {
    expect(() => types.json.parse(value)).toThrowError(invalidAt(path))
  })

  test('refuses what is nested too deep, or endlessly, without running out of stack', () => {
    expect(types.json.parse(nested(MAX_DEPTH))).toEqual(nested(MAX_DEPTH))
    const endless: unknown[] = []
    endless.push(endless)
    for (const value of [nested(MAX_DEPTH + 1), nested(100_000), endless])
      expect(() => types.json.parse(value)).toThrowError(invalid)
  })

  test('reads text as JSON', () => {
    expect(types.json.parseText('{"a":[1]}')).toEqual({ a: [1] })
    expect(() => types.json.parseText('{a:1}')).toThrowError(invalid)
  })

  test('compares as jsonb does', () => {
    const sorted = [
      '"a"',
      '"b"',
      '-1',
      '0',
      '2',
      'false',
      'true',
      '[]',
      '[1]',
      '[2]',
      '[0,0]',
      '{}',
      '{"b":1}',
      '{"a":1,"b":0}',
    ]
    const values = sorted.map((text) => JSON.parse(text))
    expect([...values].reverse().sort(types.json.compare)).toEqual(values)
    expect(types.json.compare({ a: 1, b: 2 }, { b: 2, a: 1 })).toBe(0)
  })
})

describe('t.json with a JSON Schema', () => {
  const schema = {
    type: 'object',
    properties: { k: { type: 'string' }, n: { type: 'array', items: { type: 'integer' } } },
    required: ['k'],
    additionalProperties: false,
  }

  test('takes what the schema allows and names what it does not', () => {
    expect(jsonType(schema).parse({ n: [1], k: 'a' })).toEqual({ k: 'a', n: [1] })
    expect(() => jsonType(schema).parse({ n: [1, 'x'], z: 1 })).toThrowError(
      expect.objectContaining({
        issues: expect.arrayContaining(
          [['k'], ['z'], ['n', 1]].map((path) => expect.objectContaining({ path, code: 'INVALID_VALUE' })),
        ),
      }),
    )
  })

  test('publishes the schema and keeps it in the catalog', () => {
    const type = jsonType(schema)
    expect(type.jsonSchema('input')).toEqual(schema)
    const read = columnTypeFromJson(JSON.parse(JSON.stringify(type.toJson())))
    expect(() => read.parse({})).toThrowError(invalidAt(['k']))
  })

  test.each([5, 'string', [], { type: 'string', default: new Date() }])('refuses %j as a schema', (given) => {
    expect(() => jsonType(given)).toThrowError(misdeclared)
  })

  test('says so when the schema cannot be compiled', () => {
    expect(() => jsonType({ type: 'string', pattern: '(' }).parse('x')).toThrowError(misdeclared)
  })
})

describe('t.json with a Standard Schema', () => {
  const schemas = [
    ['zod', z.object({ n: z.number(), tags: z.array(z.string()).default(['none']) })],
    ['valibot', v.object({ n: v.number(), tags: v.optional(v.array(v.string()), ['none']) })],
    ['arktype', type({ n: 'number', tags: type('string[]').default(() => ['none']) })],
  ] as const

  test.each(schemas)('stores the output of %s', (vendor, schema) => {
    const column = jsonType(schema)
    expect(column.parse({ n: 1 })).toEqual({ n: 1, tags: ['none'] })
    expect(column.toJson()).toEqual({ kind: 'json', validator: vendor })
  })

  test.each(schemas)('reports the issues of %s with their paths', (_, schema) => {
    expect(() => jsonType(schema).parse({ n: 'x', tags: [1] })).toThrowError(invalidAt(['n'], ['tags', 0]))
  })

  test('publishes the JSON Schema of libraries that have one', () => {
    const column = jsonType(schemas[0][1])
    expect(column.jsonSchema('input')).toMatchObject({ type: 'object', required: ['n'] })
    expect(column.jsonSchema('output')).toMatchObject({ type: 'object', required: ['n', 'tags'] })
    expect(jsonType(schemas[1][1]).jsonSchema('input')).toEqual({})
  })

  test('refuses an output that is not JSON', () => {
    expect(() => jsonType(z.string().transform(() => new Date())).parse('x')).toThrowError(invalid)
  })

  test('refuses schemas that validate asynchronously', () => {
    const schema = z.number().refine(async () => true)
    expect(() => jsonType(schema).parse(1)).toThrowError(misdeclared)
  })

  test('takes any JSON when it is read from the catalog, which cannot keep code', () => {
    const read = columnTypeFromJson({ kind: 'json', validator: 'zod' })
    expect(read.parse({ any: 'thing' })).toEqual({ any: 'thing' })
    expect(read.toJson()).toEqual({ kind: 'json', validator: 'zod' })
  })
})
