import { expect, test } from 'vitest'
import { castSql, compileSql, hole, joinSql, NO_SQL, raw, sql } from './sql.ts'

test('values are numbered in the order of the text, however the pieces were put together', () => {
  const last = sql`b = ${hole('second')}`
  const first = castSql(hole('first'), 'text')
  expect(compileSql(sql`select ${first} from ${raw('"t"')} where ${last} and c = ${hole(null)}`)).toEqual({
    sql: 'select $1::text from "t" where b = $2 and c = $3',
    parameters: ['first', 'second', null],
  })
})

test('a piece that stands in two places has its values twice', () => {
  const piece = sql`x = ${hole(1)}`
  expect(compileSql(sql`${piece} or ${piece}`)).toEqual({ sql: 'x = $1 or x = $2', parameters: [1, 1] })
})

test('lists are joined, of none and of one too', () => {
  const list = (...values: number[]) => compileSql(sql`(${joinSql(values.map(hole))})`).sql
  expect([list(), list(1), list(1, 2, 3)]).toEqual(['()', '($1)', '($1, $2, $3)'])
  expect(compileSql(joinSql([raw('a'), NO_SQL, raw('b')], ' and ')).sql).toBe('a and  and b')
})

test('a value is never text', () => {
  const { sql: text, parameters } = compileSql(sql`select ${hole(`'; drop table x; --`)}`)
  expect([text, parameters]).toEqual(['select $1', [`'; drop table x; --`]])
  // @ts-expect-error a plain value is neither a piece nor a hole
  sql`select ${'x'}`
})
