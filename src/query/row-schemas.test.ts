import { describe, expect, expectTypeOf, it } from 'vitest'
import { defineTable } from '../schema/define-table.ts'
import type { Upload } from '../types/media-input.ts'
import { t } from '../types/t.ts'
import { defineQuery } from './query-definition.ts'

const photos = defineTable('photos', {
  id: t.int().primaryKey(),
  photo: t.image(),
  title: t.string().comment('What it is called'),
  schemas: t.json<string[]>().nullable(),
  taken: t.timestamp().nullable(),
  stars: t.int().default(3),
}).computed('slug', (c) => c.title.lower())
const { insert, update, row } = photos.schemas

const search = defineQuery('search', { text: t.string(), limit: t.int().default(10) }, ({ text }, { from }) =>
  from(photos)
    .where((c) => c.title.contains(text))
    .select((c) => ({ id: c.id, slug: c.slug })),
)

describe('schemas of tables and queries', () => {
  it('give values of the library for what is sent over the wire', () => {
    const given = { id: 1, photo: 'https://example.org/a.png', title: 'A', taken: '2024-05-01T12:00:00Z' }
    const result = insert['~standard'].validate(given)
    expect(result).toEqual({ value: { ...given, taken: new Date('2024-05-01T12:00:00Z') } })
    if (result.issues === undefined) expectTypeOf(result.value.title).toEqualTypeOf<string>()
  })

  it('name everything that is wrong with its place', () => {
    const wrong = { id: '1', photo: '/etc/passwd', stars: null, slug: 'a' }
    expect(insert['~standard'].validate(wrong).issues).toMatchObject([
      { path: ['slug'], message: 'is not known' },
      { path: ['id'] },
      { path: ['photo'], message: 'must be an upload, a data URL or an http(s) URL' },
      { path: ['title'], message: 'is required' },
      { path: ['stars'], message: 'cannot be null' },
    ])
    expect(insert['~standard'].validate([]).issues).toMatchObject([{ path: [] }])
  })

  it('ask an update for the key only', () => {
    expect(update['~standard'].validate({ id: 1, title: 'B' })).toEqual({ value: { id: 1, title: 'B' } })
    expect(update['~standard'].validate({ title: 'B' }).issues).toMatchObject([{ path: ['id'] }])
    expect(update.toJsonSchema()).toMatchObject({ required: ['id'] })
  })

  it('are JSON Schema too, with comments and defaults', () => {
    expect(insert.toJsonSchema()).toMatchObject({
      required: ['id', 'photo', 'title'],
      additionalProperties: false,
      properties: { title: { type: 'string', description: 'What it is called' }, stars: { default: 3 } },
    })
    expect(row.toJsonSchema()).toMatchObject({ required: Object.keys(photos.c) })
    expect(insert['~standard'].jsonSchema.input({ target: 'draft-2020-12' })).toEqual(insert.toJsonSchema())
  })

  it('can be picked from', () => {
    const picked = insert.pick('title', 'stars')
    expect(picked['~standard'].validate({ title: 'A' })).toEqual({ value: { title: 'A' } })
    expect(picked['~standard'].validate({ title: 'A', id: 1 }).issues).toHaveLength(1)
    expectTypeOf<(typeof picked)['~sent']>().toEqualTypeOf<{ title: string; stars?: number | undefined }>()
    expectTypeOf<(typeof insert)['~sent']['photo']>().toEqualTypeOf<string | Upload>()
    // @ts-expect-error there is no such column
    expect(() => insert.pick('titel')).toThrow(expect.objectContaining({ code: 'INVALID_DECLARATION' }))
  })

  it('describe parameters and rows of queries', () => {
    expect(search.schemas.params['~standard'].validate({ text: 'a' })).toEqual({ value: { text: 'a' } })
    expect(search.schemas.row.toJsonSchema()).toMatchObject({ required: ['id', 'slug'] })
    expectTypeOf<(typeof search.schemas.row)['~sent']>().toEqualTypeOf<{ id: number; slug: string }>()
  })
})
