import { defineTable, t } from 'cellar'
import fc from 'fast-check'
import type { ColumnTypes, Row } from './description.ts'

const items = defineTable('random.items', {
  id: t.int().primaryKey(),
  n: t.int().nullable(),
  x: t.float().nullable(),
  s: t.string().nullable(),
  b: t.bool().nullable(),
  at: t.timestamp().nullable(),
  j: t.json().nullable(),
})
const parts = defineTable('random.parts', {
  id: t.int().primaryKey(),
  n: t.int().nullable(),
  s: t.string(),
  name: t.string().nullable(),
  x: t.float().nullable(),
  ok: t.bool().nullable(),
  j: t.json().nullable(),
})
const nothing = defineTable('random.nothing', {
  id: t.int().primaryKey(),
  n: t.int(),
  s: t.string().nullable(),
  x: t.float().nullable(),
})

/** Tables by name, in the order in which a generator tries them; each has a key `id`. */
export const TABLES = Object.freeze({ items, parts, nothing })

export const TABLE_COLUMNS: Readonly<Record<string, ColumnTypes>> = Object.freeze({
  items: { id: 'int', n: 'int', x: 'float', s: 'text', b: 'bool', at: 'time', j: 'json' },
  parts: { id: 'int', n: 'int', s: 'text', name: 'text', x: 'float', ok: 'bool', j: 'json' },
  nothing: { id: 'int', n: 'int', s: 'text', x: 'float' },
})

export const TEXTS = ['a', 'A', 'b', 'ab', '', 'É', 'é', 'ß', '\uffff', '😀', '1', '1.5']
/** Their sums are exact in any order. */
export const FLOATS = [0, 1, 1.5, 0.25, -2.75, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
export const INTS = [0, 1, 2, 3, -1, 7]
export const TIMES = ['2024-01-01T00:00:00.000Z', '2024-02-29T23:59:59.999Z', '1969-12-31T00:00:00.000Z'].map(
  (iso) => new Date(iso),
)
const DOCUMENTS = [
  { a: 1, b: 'x' },
  { b: 'x', a: 1 },
  { a: null },
  { a: { b: true } },
  [1, 'A', null],
  [1],
  1,
  'a',
  true,
]

const cell = (values: readonly unknown[]) => fc.option(fc.constantFrom(...values), { freq: 2 })
const numbered = (row: fc.Arbitrary<Row>, minLength: number, maxLength: number) =>
  fc.array(row, { minLength, maxLength }).map((rows) => rows.map((cells, index) => ({ id: index + 1, ...cells })))

/** Rows for each table: few different values, so that they meet, and many nulls. */
export const contentArbitrary: fc.Arbitrary<Readonly<Record<string, readonly Row[]>>> = fc.record({
  items: numbered(
    fc.record({
      n: cell(INTS),
      x: cell(FLOATS),
      s: cell(TEXTS),
      b: cell([true, false]),
      at: cell(TIMES),
      j: cell(DOCUMENTS),
    }),
    3,
    8,
  ),
  parts: numbered(
    fc.record({
      n: cell(INTS),
      s: fc.constantFrom(...TEXTS),
      name: cell(TEXTS),
      x: cell(FLOATS),
      ok: cell([true, false]),
      j: cell(DOCUMENTS),
    }),
    2,
    6,
  ),
  nothing: fc.constant([]),
})
