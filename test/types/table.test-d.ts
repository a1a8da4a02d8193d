import {
  defineFunction,
  defineTable,
  type InsertOf,
  type Media,
  type RowOf,
  t,
  type UpdateOf,
  type Upload,
  uuid7,
} from 'cellar'
import { expectTypeOf } from 'vitest'

const excerpt = defineFunction({
  name: 'excerpt',
  args: { text: t.string(), length: t.int().default(12) },
  returns: t.string(),
  run: ({ text, length }) => text.slice(0, length),
})

const photos = defineTable('photos', {
  id: t.uuid().primaryKey().default(uuid7()),
  photo: t.image(),
  title: t.string(),
  tags: t.json<string[]>().nullable(),
  taken: t.timestamp().nullable(),
})
  .computed('slug', (c) => c.title.lower().replaceAll(' ', '-'))
  .computed('short', (c) => excerpt({ text: c.title }))
  .computed('slow', (c) => c.title.upper(), { mode: 'deferred' })
  .computed('risky', (c) => excerpt({ text: c.slug }), { onError: 'store' })
  .computed('loud', (c) => c.slow)

type Columns = (typeof photos)['~columns']
type Scope = (typeof photos)['~scope']

// Nullable or defaulted columns may be left out; computed ones do not exist.
expectTypeOf<InsertOf<Columns>>().toEqualTypeOf<{
  photo: string | URL | Upload | Media
  title: string
  id?: string | undefined
  tags?: string[] | null | undefined
  taken?: Date | string | null | undefined
}>()

// A cell that may fail or wait can be null, and so can what is computed from it.
expectTypeOf<RowOf<Scope>>().toEqualTypeOf<{
  id: string
  photo: Media<'image'>
  title: string
  tags: string[] | null
  taken: Date | null
  slug: string
  short: string
  slow: string | null
  risky: string | null
  loud: string | null
}>()

expectTypeOf<UpdateOf<Columns>['title']>().toExtend<unknown>()
const update: UpdateOf<Columns> = { title: photos.c.title.upper(), tags: null }
// @ts-expect-error a column that may not be null takes no null
const nulled: UpdateOf<Columns> = { title: null }
// @ts-expect-error computed columns are not updated
const computed: UpdateOf<Columns> = { slug: 'x' }

// Any identifier can be a column, whatever methods tables have.
const odd = defineTable('odd', {
  count: t.int(),
  select: t.string(),
  name: t.string(),
  request: t.json(),
  c: t.bool(),
}).computed('computed', (c) => c.count.add(1))
expectTypeOf(odd.c.computed['~value']).toEqualTypeOf<number>()

// @ts-expect-error an unknown column
photos.computed('z', (c) => c.titel.lower())
// @ts-expect-error a name starting with _
defineTable('u', { _id: t.int() })
// @ts-expect-error a computed name starting with _
photos.computed('_z', (c) => c.title)
// @ts-expect-error declared twice
photos.computed('slug', (c) => c.title)
// @ts-expect-error takes the name of a plain column
photos.computed('title', (c) => c.slug)
// @ts-expect-error not an expression
photos.computed('z', () => 3)
// @ts-expect-error unknown mode
photos.computed('z', (c) => c.title, { mode: 'later' })
// @ts-expect-error unknown option
photos.computed('z', (c) => c.title, { onFailure: 'store' })
// @ts-expect-error a media column is no key
defineTable('k', { id: t.image().primaryKey() })

export { computed, nulled, update }
