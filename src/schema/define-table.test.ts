import { expect, test } from 'vitest'
import { defineFunction } from '../expr/define-function.ts'
import { uuid7 } from '../types/generators.ts'
import { t } from '../types/t.ts'
import { defineTable } from './define-table.ts'
import { isTable, specOfTable } from './table-value.ts'

const refused = (code: string) => expect.objectContaining({ code })
const notes = defineTable('notes', { id: t.int().primaryKey(), title: t.string(), note: t.string().nullable() })

test('a declaration is frozen data in the order it was written', () => {
  const spec = specOfTable(notes)
  expect(spec).toMatchObject({
    path: 'notes',
    order: ['id', 'title', 'note'],
    primaryKey: ['id'],
    history: { keep: '30d' },
  })
  for (const part of [notes, spec, spec.columns, spec.order, spec.primaryKey]) expect(Object.isFrozen(part)).toBe(true)
})

test('several primary keys make one composite key', () => {
  const table = defineTable('grades', {
    course: t.string().primaryKey(),
    mark: t.float(),
    student: t.uuid().primaryKey(),
  })
  expect(specOfTable(table).primaryKey).toEqual(['course', 'student'])
})

test('computed gives another table and leaves the first as it was', () => {
  const wider = notes.computed('slug', (c) => c.title.lower())
  expect(specOfTable(wider).order).toEqual(['id', 'title', 'note', 'slug'])
  expect(specOfTable(notes).order).toEqual(['id', 'title', 'note'])
  expect(Object.isFrozen(wider)).toBe(true)
})

test('a computed column can be null where its expression can, or its cell may wait or fail', () => {
  const nullable = (table: typeof notes, name: string) => specOfTable(table).computed[name]?.nullable
  const fn = defineFunction({
    name: 'define_table',
    args: { text: t.string() },
    returns: t.string(),
    run: (a) => a.text,
  })
  const table = notes
    .computed('a', (c) => c.title.lower())
    .computed('b', (c) => c.note.lower())
    .computed('c', (c) => c.title, { mode: 'deferred' })
    .computed('d', (c) => c.title, { onError: 'store' })
    .computed('e', (c) => fn({ text: c.title }))
    .computed('f', (c) => fn({ text: c.note }))
    .computed('g', (c) => c.c)
  const found = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => nullable(table as never, name))
  expect(found).toEqual([false, true, true, true, false, true, true])
})

test('columns are reached outside a callback too, and are the same inside one', () => {
  const inside = notes.computed('x', (c) => c.title.lower())
  const outside = notes.computed('x', () => notes.c.title.lower())
  expect(specOfTable(outside).computed.x?.node).toEqual(specOfTable(inside).computed.x?.node)
})

test('any identifier can name a column', () => {
  const odd = defineTable('odd', {
    constructor: t.int(),
    toString: t.string(),
    count: t.int(),
    select: t.bool(),
    c: t.int(),
  })
  const table = odd
    .computed('computed', (c) => c.count.add(c.constructor))
    .computed('hasOwnProperty', (c) => c.toString)
  expect(specOfTable(table).order).toHaveLength(7)
  expect(specOfTable(table).columns.valueOf).toBeUndefined()
})

test.each(['', '_x', 'x y', 'a..b', '1a', 'x'.repeat(49), 'a._b'])('%j is no name of a table', (name) => {
  expect(() => defineTable(name, { id: t.int() })).toThrowError(refused('INVALID_NAME'))
})

test.each(['', 'ctid', 'then', 'x y', '1a', 'x'.repeat(60)])('%j is no name of a column', (name) => {
  expect(() => defineTable('t', { [name]: t.int() })).toThrowError(refused('INVALID_NAME'))
  expect(() => notes.computed(name, (c) => c.title)).toThrowError(refused('INVALID_NAME'))
})

test.each<[string, () => unknown]>([
  ['no columns', () => defineTable('t', {})],
  ['a nullable key', () => defineTable('t', { id: t.int().primaryKey().nullable() })],
  ['an unknown option', () => defineTable('t', { id: t.int() }, { retention: '1d' } as object)],
  ['a history that is no time', () => defineTable('t', { id: t.int() }, { history: { keep: 'long' } })],
  ['a reference without a column', () => defineTable('t', { id: t.int().references('nodes') })],
  ['something that is no column', () => defineTable('t', { id: 'int' } as never)],
  ['a column twice', () => notes.computed('title' as never, (c) => c.title)],
  ['an expression that is no callback', () => notes.computed('x', notes.c.title as never)],
  ['a column of another table', () => notes.computed('x', () => defineTable('other', { id: t.int() }).c.id)],
  ['the state of a cell', () => notes.computed('a', (c) => c.title).computed('b', (c) => c.a.state)],
  ['an unknown mode', () => notes.computed('x', (c) => c.title, { mode: 'later' } as object)],
  ['an unknown option of a column', () => notes.computed('x', (c) => c.title, { retry: 3 } as object)],
  ['a default that reads the row', () => defineTable('t', { id: t.string().default(notes.c.title) })],
])('%s is refused', (_, declare) => {
  expect(declare).toThrowError(refused('INVALID_DECLARATION'))
})

test('an unknown column in a callback is named at once', () => {
  expect(() => notes.computed('x', (c) => (c as unknown as { titel: typeof c.title }).titel)).toThrowError(
    refused('UNKNOWN_COLUMN'),
  )
})

test('a table is told from other values', () => {
  expect(isTable(notes)).toBe(true)
  for (const value of [null, undefined, {}, 'notes', specOfTable(notes)]) expect(isTable(value)).toBe(false)
  expect(() => specOfTable({} as never)).toThrowError(refused('INVALID_DECLARATION'))
})

test('a generator as default belongs to the spec', () => {
  const table = defineTable('t', { id: t.uuid().primaryKey().default(uuid7()) })
  expect(specOfTable(table).columns.id?.default).toEqual({ kind: 'generator', name: 'uuid7' })
})
