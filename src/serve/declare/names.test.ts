import { describe, expect, it } from 'vitest'
import { defineQuery } from '../../query/query-definition.ts'
import { defineTable } from '../../schema/define-table.ts'
import { t } from '../../types/t.ts'
import { stateOf } from '../router-state.ts'
import { TableRouter } from '../table-router.ts'

const items = defineTable('items', {
  id: t.int().primaryKey(),
  title: t.string(),
  photo: t.image().nullable(),
}).computed('loud', (c) => c.title.upper())
const others = defineTable('others', { id: t.int().primaryKey(), title: t.string() })
const logs = defineTable('logs', { line: t.string() })
const all = defineQuery('all', { id: t.int() }, ({ id }, { from }) => from(items).where((c) => c.id.eq(id)))

const namesOf = (router: object) =>
  stateOf(router).declared.map(({ inputs, outputs }) => [
    inputs.map(({ name }) => name),
    outputs.map(({ name }) => name),
  ])

describe('names of columns', () => {
  it('may be columns', () => {
    const { id, title, photo, loud } = items.c
    const router = new TableRouter()
      .addInsertRoute(items, { path: '/a', inputs: [id, 'title'], uploadInputs: [photo], outputs: [id, loud] })
      .addComputeRoute(items, { path: '/b', inputs: [title], outputs: [loud] })
      .addUpdateRoute(items, { path: '/c', inputs: [title], uploadInputs: [photo], outputs: ['id', photo] })
      .addUpsertRoute(items, { path: '/d', inputs: [title], outputs: [title] })
      .addDeleteRoute(items, { path: '/e', matchColumns: [title, 'id'] })
    expect(namesOf(router)).toEqual([
      [
        ['id', 'title', 'photo'],
        ['id', 'loud'],
      ],
      [['title'], ['loud']],
      [
        ['id', 'title', 'photo'],
        ['id', 'photo'],
      ],
      [['id', 'title'], ['title']],
      [['title', 'id'], []],
    ])
  })

  it.each([
    ['a column of another table', 'addInsertRoute', { inputs: [others.c.id] }, 'inputs refers to id of others'],
    ['an output of another table', 'addUpdateRoute', { outputs: [others.c.id] }, 'outputs refers to id of others'],
    ['an expression', 'addUpsertRoute', { outputs: [items.c.title.lower()] }, 'outputs holds an expression'],
    ['what is matched', 'addDeleteRoute', { matchColumns: [others.c.title] }, 'matchColumns refers to title of others'],
    ['a column twice', 'addInsertRoute', { inputs: ['title', items.c.title] }, "inputs names 'title' twice"],
  ])('refuse %s', (_, method, options, words) => {
    const declare = () =>
      (new TableRouter() as never as Record<string, (...given: unknown[]) => void>)[method]?.(items, {
        path: '/x',
        ...options,
      })
    expect(declare).toThrow(expect.objectContaining({ code: 'ROUTE_INVALID', message: expect.stringContaining(words) }))
    expect(declare).toThrow(`${method} POST /x`)
  })

  it('of a query are its own', () => {
    const declare = () => new TableRouter().addQueryRoute(all, { path: '/q', outputs: [items.c.title as never] })
    expect(declare).toThrow('outputs refers to column title')
  })
})

describe('a route that cannot be', () => {
  it.each([
    ['an upsert without a primary key', 'addUpsertRoute', logs, {}, 'table logs has no primary key'],
    ['an upsert by get', 'addUpsertRoute', items, { method: 'get' }, 'method is "get"'],
    ['an upsert by delete', 'addUpsertRoute', items, { method: 'delete' }, 'method is "delete"'],
    ['an upsert with defaults', 'addUpsertRoute', items, { defaults: { title: 'x' } }, 'defaults is not an option'],
    ['an upsert that lacks a column', 'addUpsertRoute', items, { inputs: ['photo'] }, "lack 'title'"],
    ['an update of nothing', 'addUpdateRoute', items, { inputs: [] }, 'inputs name nothing'],
    ['another onError', 'addInsertRoute', items, { onError: 'skip' }, 'onError is "skip"'],
    ['onError of a delete', 'addDeleteRoute', items, { onError: 'store' }, 'onError is not an option'],
    ['no table', 'addInsertRoute', { name: 'items' }, {}, 'table is no table'],
    ['no table to delete from', 'addDeleteRoute', all, {}, 'table is no table'],
    ['no query', 'addQueryRoute', items, {}, 'query is no query'],
    ['a method that is none', 'addQueryRoute', all, { method: 'head' }, 'method is "head"'],
  ])('is refused where it is declared: %s', (_, method, target, options, words) => {
    const declare = () =>
      (new TableRouter() as never as Record<string, (...given: unknown[]) => void>)[method]?.(target, {
        path: '/x',
        ...options,
      })
    expect(declare).toThrow(expect.objectContaining({ code: 'ROUTE_INVALID', message: expect.stringContaining(words) }))
  })
})
