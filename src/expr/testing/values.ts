import fc from 'fast-check'
import { arrayType } from '../../types/array.ts'
import type { ColumnType } from '../../types/column-type.ts'
import { types } from '../../types/kinds.ts'
import { CELLS_COLUMN } from '../column-scope.ts'

/** Pieces that texts are put together from: each is a trap for one evaluator or the other. */
const PIECES = [
  ...['a', 'b', 'ab', 'A', 'Z', ' ', '\t', '\n', '\u00a0', '\ufeff', '\u2003', '\u200b'],
  ...['%', '_', '\\', '\\%', '\\_', '$&', '$1', "'", '"', '{', ','],
  ...['é', 'e\u0301', 'ß', 'İ', 'Σ', '\uffff', '\ue000', '\ud7ff', '😀', '\u{10000}', '\u{10ffff}'],
]
const text = fc.array(fc.constantFrom(...PIECES), { maxLength: 6 }).map((pieces) => pieces.join(''))

/** Patterns that often match; some end with a backslash. */
export const patterns = fc
  .array(fc.constantFrom('%', '%', '_', '\\', '\\%', '\\_', 'a', 'b', '😀', '\u{10000}'), { maxLength: 4 })
  .map((pieces) => pieces.join(''))

const MAX = Number.MAX_SAFE_INTEGER
const INTS = [
  0,
  1,
  -1,
  2,
  3,
  -3,
  7,
  10,
  100,
  MAX,
  MAX - 1,
  -MAX,
  2 ** 31,
  -(2 ** 31) - 1,
  2 ** 32 + 1,
  94_906_265,
  94_906_267,
]
const int = fc.oneof(fc.constantFrom(...INTS), fc.integer({ min: -20, max: 20 }), fc.maxSafeInteger())

const FLOATS = [
  ...[0, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  ...[5e-324, -5e-324, 2 ** -1022, 1.5e-162, 1e-200, Number.MAX_VALUE, -Number.MAX_VALUE, 2 ** 1023, 1.4e154, 1e200],
  ...[0.5, -0.5, 1.5, 2.5, -2.5, 0.49999999999999994, 2251799813685249.5, 1.005, 2.675, 2 ** 53, -(2 ** 53) - 2, 1e21],
]
const float = fc.oneof(fc.constantFrom(...FLOATS), fc.double(), int)

const BIGINTS = [0n, 1n, -1n, 3n, -7n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 62n, 3_037_000_500n, 2n ** 53n]
const bigint = fc.oneof(fc.constantFrom(...BIGINTS), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }))

const DECIMALS = ['0', '0.00', '1.5', '1.50', '-0.01', '0.001', '-2.675', '100', '123456789012345678901234567890.123']
const decimal = fc.oneof(
  fc.constantFrom(...DECIMALS),
  fc
    .tuple(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.integer({ min: 0, max: 9 }))
    .map(([a, b]) => `${a}.${b}`),
)

const TIMES = [
  '1970-01-01T00:00:00.000Z',
  '1969-12-31T23:59:59.999Z',
  '2024-02-29T23:59:59.999Z',
  '0001-01-01T00:00:00.000Z',
]
const EXTREMES = [
  '0000-12-31T23:59:59.999Z',
  '-000001-03-01T00:00:00.001Z',
  '9999-12-31T23:59:59.999Z',
  '+010000-01-01T00:00:00.000Z',
  '-004713-11-24T00:00:00.000Z',
  '-004713-12-31T23:59:59.999Z',
  '-004712-01-01T00:00:00.000Z',
  '+275760-09-13T00:00:00.000Z',
  '+275760-08-31T23:59:59.999Z',
]
const timestamp = fc.oneof(
  fc.constantFrom(...TIMES, ...EXTREMES).map((iso) => new Date(iso)),
  fc.date({ min: new Date('-004000-01-01T00:00:00Z'), max: new Date('+200000-01-01T00:00:00Z'), noInvalidDate: true }),
)

const date = fc.constantFrom('0001-01-01', '1969-12-31', '1970-01-01', '2024-02-29', '2024-12-31', '9999-12-31')

const UUIDS = ['00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff']
const uuid = fc.oneof(fc.constantFrom(...UUIDS), fc.uuid())

/** Names that objects inherit, names that look like positions, names that `jsonb` orders otherwise than JavaScript. */
export const KEYS = ['a', 'b', 'aa', '0', '1', 'length', '__proto__', 'constructor', '😀', '']
const scalarJson = fc.oneof(
  text,
  fc.constantFrom(null, true, false, 0, -0, 1, 1.5, -1, 1e21, 1e-7, 2 ** 53, MAX, 0.1, 5e-324, Number.MAX_VALUE, 1e300),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
)
const { json } = fc.letrec<{ json: unknown; object: unknown }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    scalarJson,
    fc.array(tie('json'), { maxLength: 3 }),
    tie('object'),
  ),
  object: fc
    .uniqueArray(fc.tuple(fc.constantFrom(...KEYS), tie('json')), { maxLength: 4, selector: ([key]) => key })
    .map((entries) => Object.fromEntries(entries)),
}))

/** Documents that paths often lead into, also to null. */
const DOCUMENTS = [
  { a: null, b: [null, 1, 'x', true], aa: { a: null, b: 1.5, '0': 2 ** 53 }, '0': 'zero', length: 7 },
  [null, { a: null, b: 'y' }, [1, null], -1],
]

const SHA = '0123456789abcdef'.repeat(4)
const media = fc
  .constantFrom(`cellar:${SHA}.png`, `cellar:${SHA}.jpg`, 'https://example.org/cellar:x.png')
  .map((url) => types.image.decode(url))

const listOf = (element: fc.Arbitrary<unknown>) => fc.array(fc.option(element, { freq: 4 }), { maxLength: 4 })

export interface SampleColumn {
  readonly type: ColumnType
  readonly values: fc.Arbitrary<unknown>
}

const column = (type: ColumnType, values: fc.Arbitrary<unknown>): SampleColumn => ({
  type,
  values: values.map((value) => (type.media ? value : type.parse(value))),
})

/** Values of each type; the same ones serve as cells and as literals. */
export const SAMPLES = {
  string: column(types.string, text),
  int: column(types.int, int),
  float: column(types.float, float),
  bigint: column(types.bigint, bigint),
  decimal: column(types.decimal, decimal),
  bool: column(types.bool, fc.boolean()),
  timestamp: column(types.timestamp, timestamp),
  date: column(types.date, date),
  uuid: column(types.uuid, uuid),
  json: column(
    types.json,
    fc.oneof(fc.constantFrom<unknown>(...DOCUMENTS), json).filter((value) => value !== null),
  ),
  image: column(types.image, media),
  strings: column(arrayType(types.string, true), listOf(text)),
  ints: column(arrayType(types.int, true), listOf(int)),
  floats: column(arrayType(types.float, true), listOf(float)),
  decimals: column(arrayType(types.decimal, true), listOf(decimal)),
  lists: column(arrayType(arrayType(types.int, true), true), listOf(listOf(int))),
} as const

export type SampleKind = keyof typeof SAMPLES

/** The system column that `state` and `error` of a cell read. */
const cell = fc.record({ state: fc.constantFrom('pending', 'error', null), message: fc.option(text) })
const cells = column(types.json, fc.dictionary(fc.constantFrom('string_1', 'string_2'), cell))

/** Two columns of each type, all nullable. */
export const COLUMNS: Readonly<Record<string, SampleColumn & { readonly nullable: true }>> = Object.fromEntries(
  [...Object.entries(SAMPLES), [CELLS_COLUMN, cells] as const].flatMap(([kind, sample]) =>
    [1, 2].map((index) => [kind === CELLS_COLUMN ? kind : `${kind}_${index}`, { ...sample, nullable: true as const }]),
  ),
)

/** A row with few nulls. */
export const rowArbitrary = fc.record(
  Object.fromEntries(Object.entries(COLUMNS).map(([name, { values }]) => [name, fc.option(values, { freq: 6 })])),
)
