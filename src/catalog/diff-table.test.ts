import { expect, test } from 'vitest'
import { defineFunction } from '../expr/define-function.ts'
import { defineTable } from '../schema/define-table.ts'
import type { AnyTable } from '../schema/table.ts'
import { specOfTable } from '../schema/table-value.ts'
import { t } from '../types/t.ts'
import { behindChanges, diffTable } from './diff-table.ts'

const id = t.int().primaryKey()
const diff = (from: AnyTable, to: AnyTable) => diffTable({ spec: specOfTable(from), sources: {} }, specOfTable(to))
const kinds = (from: AnyTable, to: AnyTable) =>
  diff(from, to).changes.map(({ kind, column }) => `${kind} ${column ?? ''}`.trim())
const base = defineTable('t', { id, title: t.string(), size: t.int() })

test('a table that is not there is created', () => {
  const { changes } = diffTable(undefined, specOfTable(base.computed('loud', (c) => c.title.upper())))
  expect(changes).toEqual([
    {
      kind: 'create-table',
      table: 't',
      description: 'create table t with 3 columns and 1 computed',
      destructive: false,
      informational: false,
    },
  ])
})

test('equal declarations do not differ, whatever the order of their columns', () => {
  expect(kinds(base, defineTable('t', { size: t.int(), title: t.string(), id }))).toEqual([])
})

test.each<[string, AnyTable, string[], boolean]>([
  ['a new column', defineTable('t', { id, title: t.string(), size: t.int(), x: t.bool() }), ['add-column x'], false],
  ['a column that is gone', defineTable('t', { id, title: t.string() }), ['drop-column size'], true],
  [
    'null allowed',
    defineTable('t', { id, title: t.string().nullable(), size: t.int() }),
    ['change-nullable title'],
    false,
  ],
  [
    'a default',
    defineTable('t', { id, title: t.string().default('x'), size: t.int() }),
    ['change-default title'],
    false,
  ],
  ['unique', defineTable('t', { id, title: t.string().unique(), size: t.int() }), ['change-unique title'], false],
  [
    'a reference',
    defineTable('t', { id, title: t.string(), size: t.int().references('t.id') }),
    ['change-reference size'],
    false,
  ],
  [
    'a comment',
    defineTable('t', { id, title: t.string().comment('x'), size: t.int() }),
    ['change-comment title'],
    false,
  ],
  ['a wider type', defineTable('t', { id, title: t.string(), size: t.float() }), ['change-type size'], false],
  ['another type', defineTable('t', { id, title: t.string(), size: t.string() }), ['change-type size'], true],
  [
    'another key',
    defineTable('t', { id: t.int(), title: t.string().primaryKey(), size: t.int() }),
    ['change-primary-key'],
    false,
  ],
  [
    'no history',
    defineTable('t', { id, title: t.string(), size: t.int() }, { history: false }),
    ['change-history'],
    true,
  ],
  [
    'longer history',
    defineTable('t', { id, title: t.string(), size: t.int() }, { history: true }),
    ['change-history'],
    false,
  ],
  [
    'a table comment',
    defineTable('t', { id, title: t.string(), size: t.int() }, { comment: 'x' }),
    ['change-comment'],
    false,
  ],
  ['a computed column', base.computed('x', (c) => c.size.abs()), ['add-computed x'], false],
  [
    'a column that becomes computed',
    defineTable('t', { id, title: t.string() }).computed('size', (c) => c.title.length()),
    ['drop-column size', 'add-computed size'],
    true,
  ],
])('%s', (_, to, expected, destructive) => {
  const found = diff(base, to)
  expect(kinds(base, to)).toEqual(expected)
  expect(found.changes.some((change) => change.destructive)).toBe(destructive)
  expect(found.changes.every((change) => change.description.includes('t'))).toBe(true)
})

test('comments, history and columns that only the database has do not make it behind', () => {
  const to = defineTable('t', { id, title: t.string().comment('x') }, { history: true, comment: 'y' })
  expect(diff(base, to).changes).toHaveLength(4)
  expect(behindChanges(diff(base, to))).toEqual([])
  expect(
    behindChanges(
      diff(
        base,
        base.computed('x', (c) => c.size),
      ),
    ),
  ).toHaveLength(1)
})

test('what reads a column that is computed anew is computed anew too, through any number of columns', () => {
  const chain = (from: typeof base, first: (c: { size: (typeof base)['c']['size'] }) => (typeof base)['c']['size']) =>
    from
      .computed('a', first)
      .computed('b', (c) => c.a.add(1))
      .computed('c', (c) => c.b.add(1))
      .computed('d', (c) => c.size.add(1))
  const found = diff(
    chain(base, (c) => c.size),
    chain(base, (c) => c.size.neg()),
  )
  expect([...found.fills]).toEqual([
    ['a', 'pending'],
    ['b', 'pending'],
    ['c', 'pending'],
  ])
})

test('a column that is dropped and added again takes its readers with it', () => {
  const before = base.computed('a', (c) => c.size.toText())
  const after = defineTable('t', { id, title: t.string(), size: t.string() }).computed('a', (c) => c.size.lower())
  const found = diff(before, after)
  expect([...found.recreated]).toEqual(['size'])
  expect([...found.fills.keys()]).toEqual(['a'])
})

test('a new version of a function makes cells stale; arguments called kind and version are only arguments', () => {
  const fn = (version: string) =>
    defineFunction({
      name: 'diff_fn',
      version,
      args: { kind: t.string(), version: t.string() },
      returns: t.string(),
      run: ({ kind }) => kind,
    })
  const table = (version: string, text: string) =>
    base.computed('x', (c) => fn(version)({ kind: c.title, version: text }))
  expect(kinds(table('0', 'a'), table('1', 'a'))).toEqual(['change-function-version x'])
  expect([...diff(table('0', 'a'), table('1', 'a')).fills]).toEqual([['x', 'stale']])
  expect(kinds(table('0', 'a'), table('0', 'b'))).toEqual(['change-computed x'])
  expect(kinds(table('0', 'a'), table('1', 'b'))).toEqual(['change-computed x'])
})

test('the options of a computed column change without computing anything', () => {
  const deferred = base.computed('x', (c) => c.title.lower(), { mode: 'deferred' })
  const found = diff(
    base.computed('x', (c) => c.title.lower()),
    deferred,
  )
  expect(found.changes.map(({ kind }) => kind)).toEqual(['change-compute-options'])
  expect(found.fills.size).toBe(0)
})
