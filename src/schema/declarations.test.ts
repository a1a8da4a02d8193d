import { expect, test } from 'vitest'
import { t } from '../types/t.ts'
import { collectDeclarations, REFERS_TO } from './declarations.ts'
import { defineTable } from './define-table.ts'

const notes = defineTable('notes', { id: t.int().primaryKey() })
const photos = defineTable('photos', { id: t.int().primaryKey() })

test('the tables among the exports of a module are found, once', () => {
  expect(collectDeclarations({ notes, again: notes, photos, port: 8000, helper: () => notes, nothing: null })).toEqual([
    notes,
    photos,
  ])
})

test('tables are found through what queries and routers refer to, in circles too', () => {
  const router = { [REFERS_TO]: (): unknown[] => [query, router] }
  const query = { [REFERS_TO]: () => [photos] }
  expect(collectDeclarations([router])).toEqual([photos])
})

test('a function can refer too', () => {
  const callable = Object.assign(() => 1, { [REFERS_TO]: () => [notes] })
  expect(collectDeclarations([callable])).toEqual([notes])
})

test('the same declaration loaded twice is one, two different ones of a name are refused', () => {
  const same = defineTable('notes', { id: t.int().primaryKey() })
  expect(collectDeclarations([notes, same])).toEqual([notes])
  const other = defineTable('notes', { id: t.string().primaryKey() })
  expect(() => collectDeclarations([notes, other])).toThrowError(
    expect.objectContaining({ code: 'DUPLICATE_DECLARATION' }),
  )
})
