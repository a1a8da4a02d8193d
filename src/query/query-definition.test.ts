import { expect, test } from 'vitest'
import { defineTable } from '../schema/define-table.ts'
import { t } from '../types/t.ts'
import type { From } from './query.ts'
import { createFrom } from './query-builder.ts'
import { defineQuery, specOfQueryDefinition } from './query-definition.ts'

const notes = defineTable('notes', { id: t.int().primaryKey(), title: t.string() })
const from: From<false> = createFrom()
/** For what the types refuse already. */
const loose = from(notes) as never as Record<string, (...values: readonly unknown[]) => unknown>

test.each<[what: string, make: () => unknown]>([
  ['a condition that is no condition', () => from(notes).where((c) => c.title as never)],
  [
    'a second order',
    () =>
      from(notes)
        .orderBy((c) => c.id)
        .orderBy((c) => c.title),
  ],
  [
    'a second selection',
    () =>
      from(notes)
        .select((c) => ({ id: c.id }))
        .select((c) => ({ id: c.id })),
  ],
  ['an empty selection', () => from(notes).select(() => ({}))],
  ['a selection that is no record', () => from(notes).select(() => null as never)],
  ['a negative limit', () => from(notes).limit(-1)],
  ['half a row as offset', () => from(notes).offset(1.5)],
  ['a text as limit', () => from(notes).limit(notes.c.title as never)],
  ['running a query without a database', () => loose.collect?.()],
  ['a definition whose callback gives no query', () => defineQuery('broken', {}, () => 3 as never)],
  ['a definition that was not made by defineQuery', () => specOfQueryDefinition({} as never)],
])('%s is refused', (_, make) => {
  expect(make).toThrowError(expect.objectContaining({ code: 'INVALID_QUERY' }))
})

test('the callback of a definition runs once, with parameters as expressions', () => {
  let runs = 0
  const definition = defineQuery('byTitle', { title: t.string(), limit: t.int().default(5) }, (parameters, tools) => {
    runs += 1
    return tools
      .from(notes)
      .where((c) => c.title.eq(parameters.title))
      .limit(parameters.limit)
  })
  const { name, parameters, query } = specOfQueryDefinition(definition)
  expect([runs, name, Object.keys(parameters)]).toEqual([1, 'byTitle', ['title', 'limit']])
  expect(query.limit).toMatchObject({ kind: 'parameter', name: 'limit' })
})

test('each method gives a new query and leaves the first as it was', () => {
  const all = from(notes)
  expect(all.limit(1)).not.toBe(all)
  expect(specOfQueryDefinition(defineQuery('all', {}, () => all)).query.limit).toBeUndefined()
})
