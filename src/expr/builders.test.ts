import { describe, expect, test } from 'vitest'
import { quoteIdentifier } from '../database/identifier.ts'
import { arrayType } from '../types/array.ts'
import type { AnyExpr } from '../types/expr.ts'
import { types } from '../types/kinds.ts'
import { compileSql, raw, sql } from '../util/sql.ts'
import { caseWhen } from './case-when.ts'
import { coalesce } from './coalesce.ts'
import { columnScope } from './column-scope.ts'
import { compileEvaluator } from './compile-evaluator.ts'
import { compileExpr } from './compile-expr.ts'
import { concat } from './concat.ts'
import { isSqlCompilable } from './sql-compilable.ts'
import { toNode } from './to-node.ts'

const COLUMNS = {
  name: { type: types.string, nullable: false },
  note: { type: types.string, nullable: true },
  count: { type: types.int, nullable: false },
  price: { type: types.float, nullable: true },
  total: { type: types.bigint, nullable: false },
  cost: { type: types.decimal, nullable: false },
  done: { type: types.bool, nullable: true },
  taken: { type: types.timestamp, nullable: true },
  born: { type: types.date, nullable: false },
  id: { type: types.uuid, nullable: false },
  meta: { type: types.json, nullable: true },
  photo: { type: types.image, nullable: false },
  tags: { type: arrayType(types.string, true), nullable: false },
  thumb: { type: types.image, nullable: true, computed: true },
}
// biome-ignore lint/suspicious/noExplicitAny: the precise types are tested in test/types
const c = columnScope(COLUMNS) as any

function text(expr: AnyExpr): string {
  const columns = { column: (ref: { column: string }) => raw(quoteIdentifier(ref.column)), parameter: () => sql`null` }
  const { sql: statement, parameters } = compileSql(compileExpr(toNode(expr), columns))
  return parameters.length === 0 ? statement : `${statement} -- ${JSON.stringify(parameters.map(String))}`
}

const evaluate = (expr: AnyExpr, row: Record<string, unknown> = {}) => compileEvaluator(toNode(expr))({ row })
const code = (make: () => unknown): unknown => {
  try {
    make()
  } catch (error) {
    return (error as { code?: unknown }).code
  }
  return 'nothing was thrown'
}

describe('SQL of expressions', () => {
  test('comparisons cast their values', () => {
    expect(text(c.name.eq('a'))).toMatchInlineSnapshot(`"("name" = ($1::text collate "C")) -- ["a"]"`)
    expect(text(c.count.gte(3))).toMatchInlineSnapshot(`"("count" >= $1::int8) -- ["3"]"`)
    expect(text(c.count.lt(1.5))).toMatchInlineSnapshot(`"("count"::float8 < $1::float8) -- ["1.5"]"`)
    expect(text(c.price.between(1, c.count))).toMatchInlineSnapshot(
      `"("price" between $1::float8 and "count"::float8) -- ["1"]"`,
    )
    expect(text(c.count.in([1, 2]))).toMatchInlineSnapshot(`"("count" = any($1::int8[])) -- ["{1,2}"]"`)
    expect(text(c.id.eq(c.name))).toMatchInlineSnapshot(`"(("id"::text collate "C") = "name")"`)
    expect(text(c.note.isNull())).toMatchInlineSnapshot(`"("note" is null)"`)
  })

  test('conditions are joined', () => {
    expect(text(c.done.and(c.count.gt(1), c.note.isNotNull()).or(c.done.not()))).toMatchInlineSnapshot(
      `"(("done" and ("count" > $1::int8) and ("note" is not null)) or (not "done")) -- ["1"]"`,
    )
  })

  test('arithmetic is that of the operands', () => {
    expect(text(c.count.add(1))).toMatchInlineSnapshot(`"cellar.int_safe("count" + $1::int8) -- ["1"]"`)
    expect(text(c.count.mul(c.price))).toMatchInlineSnapshot(`"cellar.float_mul("count"::float8, "price")"`)
    expect(text(c.count.div(2))).toMatchInlineSnapshot(`"cellar.float_div("count"::float8, $1::float8) -- ["2"]"`)
    expect(text(c.price.round(2))).toMatchInlineSnapshot(`"cellar.float_round_digits("price", $1::float8) -- ["100"]"`)
    expect(text(c.total.add(1n))).toMatchInlineSnapshot(`"cellar.bigint_of("total"::numeric + $1::int8) -- ["1"]"`)
    expect(text(c.cost.mul('1.5'))).toMatchInlineSnapshot(`"("cost" * $1::numeric) -- ["1.5"]"`)
  })

  test('text is compared and cut by code point', () => {
    expect(text(c.name.slice(1, -1))).toMatchInlineSnapshot(
      `"cellar.text_slice("name", $1::float8, $2::float8) -- ["1","-1"]"`,
    )
    expect(text(c.name.contains('100%'))).toMatchInlineSnapshot(
      `"("name" like ($1::text collate "C")) -- ["%100\\\\%%"]"`,
    )
    expect(text(c.name.replaceAll(' ', '-'))).toMatchInlineSnapshot(
      `"replace("name", ($1::text collate "C"), ($2::text collate "C")) -- [" ","-"]"`,
    )
    expect(text(concat(c.name, ' ', c.count))).toMatchInlineSnapshot(
      `"("name" || ($1::text collate "C") || ("count"::text collate "C")) -- [" "]"`,
    )
  })

  test('JSON paths name members and elements', () => {
    expect(text(c.meta.at('a', 0).asInt())).toMatchInlineSnapshot(
      `"cellar.json_int(nullif(cellar.json_element(("meta" -> ($1::text collate "C")), $2::int8::int4), 'null'::jsonb)) -- ["a","0"]"`,
    )
  })

  test('arrays, moments, media and cells have theirs', () => {
    expect(text(c.tags.at(-1))).toMatchInlineSnapshot(
      `"(("tags")[cellar.array_place($1::int8, cardinality("tags"))] collate "C") -- ["-1"]"`,
    )
    expect(text(c.tags.includes('x'))).toMatchInlineSnapshot(
      `"(case when "tags" is not null then array_position("tags", ($1::text collate "C")) is not null end) -- ["x"]"`,
    )
    expect(text(c.taken.year())).toMatchInlineSnapshot(`"cellar.utc_year("taken")"`)
    expect(text(c.photo.sha256)).toMatchInlineSnapshot(`"(cellar.media_sha256("photo") collate "C")"`)
    expect(text(c.thumb.state)).toMatchInlineSnapshot(
      `"(coalesce(cellar.json_text("_cells" -> ($1::text collate "C") -> 'state'), 'ok') collate "C") -- ["thumb"]"`,
    )
  })

  test('choices have one type', () => {
    expect(text(caseWhen([[c.done, c.count]], 1.5) as never)).toMatchInlineSnapshot(
      `"(case when "done" then "count"::float8 else $1::float8 end) -- ["1.5"]"`,
    )
    expect(text(coalesce(c.note, 'none') as never)).toMatchInlineSnapshot(
      `"coalesce("note", ($1::text collate "C")) -- ["none"]"`,
    )
  })

  test('case mapping and number formatting run in JavaScript', () => {
    const nodes = [
      c.name.lower(),
      c.name.upper().eq('A'),
      c.price.toText(),
      c.price.mod(2),
      c.price.pow(0.5),
      c.meta.toText(),
    ]
    expect(nodes.map((expr) => isSqlCompilable(toNode(expr)))).toEqual(nodes.map(() => false))
  })
})

describe('values of expressions', () => {
  test('an answer that does not exist is null', () => {
    const row = { count: Number.MAX_SAFE_INTEGER, price: 0, total: 2n ** 63n - 1n }
    expect(evaluate(c.count.add(1), row)).toBeNull()
    expect(evaluate(c.count.mul(2), row)).toBeNull()
    expect(evaluate(c.count.div(c.price), row)).toBeNull()
    expect(evaluate(c.count.mod(0), row)).toBeNull()
    expect(evaluate(c.total.add(1n), row)).toBeNull()
    expect(evaluate(c.price.sub(1).sqrt(), row)).toBeNull()
    expect(evaluate(c.price.pow(-1), row)).toBeNull()
  })

  test('decimals are exact', () => {
    expect(evaluate(c.cost.add('0.20'), { cost: '0.1' })).toBe('0.30')
    expect(evaluate(c.cost.mul('-1.5'), { cost: '0.01' })).toBe('-0.015')
    expect(evaluate(c.cost.neg(), { cost: '0.00' })).toBe('0.00')
  })

  test('text keeps its characters whole', () => {
    expect(evaluate(c.name.length(), { name: 'a😀b' })).toBe(3)
    expect(evaluate(c.name.slice(1, 2), { name: 'a😀b' })).toBe('😀')
    expect(evaluate(c.name.slice(-2), { name: 'a😀b' })).toBe('😀b')
    expect(evaluate(c.name.replace('a', '$&'), { name: 'aa' })).toBe('$&a')
    expect(evaluate(c.name.like('%\\%_'), { name: '10%😀' })).toBe(true)
  })

  test('conditions have three values', () => {
    expect(evaluate(c.done.and(false), { done: null })).toBe(false)
    expect(evaluate(c.done.and(true), { done: null })).toBeNull()
    expect(evaluate(c.done.or(true), { done: null })).toBe(true)
    expect(evaluate(c.count.in([1, null]), { count: 2 })).toBeNull()
    expect(evaluate(c.count.in([1, null]), { count: 1 })).toBe(true)
    expect(evaluate(caseWhen([[c.done, 'yes']], 'no') as never, { done: null })).toBe('no')
  })

  test('JSON paths reach own members only', () => {
    const row = { meta: { a: [1, null], b: { c: 'x' } } }
    expect(evaluate(c.meta.at('a', -2), row)).toBe(1)
    expect(evaluate(c.meta.at('a', 1), row)).toBeNull()
    expect(evaluate(c.meta.at('a', '0'), row)).toBeNull()
    expect(evaluate(c.meta.at('constructor'), row)).toBeNull()
    expect(evaluate(c.meta.eq({ b: { c: 'x' }, a: [1, null] }), row)).toBe(true)
  })

  test('cells answer for their state', () => {
    expect(evaluate(c.thumb.state)).toBe('ok')
    expect(evaluate(c.thumb.error)).toBeNull()
    const row = { _cells: { thumb: { state: 'error', message: 'broken' } } }
    expect(evaluate(c.thumb.state, row)).toBe('error')
    expect(evaluate(c.thumb.error, row)).toBe('broken')
  })
})

describe('expressions that cannot be', () => {
  test('a column that does not exist is named at once', () => {
    expect(code(() => c.nmae)).toBe('UNKNOWN_COLUMN')
  })

  test('operands of another type are refused', () => {
    expect(code(() => c.count.eq('a'))).toBe('INVALID_VALUE')
    expect(code(() => c.count.eq(c.name))).toBe('INVALID_DECLARATION')
    expect(code(() => c.name.contains(c.count))).toBe('INVALID_DECLARATION')
    expect(code(() => c.done.and(c.name))).toBe('INVALID_DECLARATION')
    expect(code(() => c.price.round(0.5))).toBe('INVALID_DECLARATION')
    expect(code(() => c.meta.at(1.5))).toBe('INVALID_DECLARATION')
    expect(code(() => caseWhen([[c.done, c.name]], c.count))).toBe('INVALID_DECLARATION')
    expect(code(() => c.name.eq(undefined))).toBe('INVALID_VALUE')
    expect(code(() => toNode('cat.jpg', types.image))).toBe('INVALID_VALUE')
  })
})
