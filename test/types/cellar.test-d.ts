import { coalesce, defineFunction, defineTable, type Media, open, t, uuid7 } from 'cellar'
import { expectTypeOf } from 'vitest'
import { z } from 'zod'

// Checked by `tsc`; nothing here runs.

const photos = defineTable('photos', {
  id: t.uuid().primaryKey().default(uuid7()),
  photo: t.image(),
  title: t.string(),
  tags: t.json<string[]>().nullable(),
  taken: t.timestamp().nullable(),
}).computed('slug', (c) => c.title.lower())

const cellar = await open()

// The rows of an array literal are a tuple of the same length; only asked for rows exist.
const two = await cellar.insert(
  photos,
  [
    { photo: '', title: '' },
    { photo: '', title: '', id: 'x' },
  ],
  { returnRows: true },
)
expectTypeOf(two.rows.length).toEqualTypeOf<2>()
expectTypeOf(two.rows[0].slug).toEqualTypeOf<string>()
declare const many: { photo: string; title: string }[]
const some = await cellar.insert(photos, many, { returnRows: true })
expectTypeOf(some.rows[0]?.slug).toEqualTypeOf<string | undefined>()
const counted = await cellar.insert(photos, many)
expectTypeOf(counted.count).toEqualTypeOf<number>()
// @ts-expect-error rows were not asked for
counted.rows.length
declare const arriving: AsyncIterable<{ photo: Blob; title: string }>
await cellar.insert(photos, arriving)
await cellar.insert(photos, { photo: new URL('https://example.com/x.jpg'), title: 'x' })

expectTypeOf(
  await cellar
    .from(photos)
    .where((c) => c.title.contains('cat'))
    .select((c) => ({ id: c.id }))
    .collect(),
).toEqualTypeOf<{ id: string }[]>()
expectTypeOf(await cellar.from(photos).first()).toEqualTypeOf<
  | {
      id: string
      photo: Media<'image'>
      title: string
      tags: string[] | null
      taken: Date | null
      slug: string
    }
  | undefined
>()
expectTypeOf(await cellar.from(photos).count()).toEqualTypeOf<number>()
for await (const row of cellar
  .from(photos)
  .select((c) => ({ year: c.taken.year() }))
  .stream())
  expectTypeOf(row).toEqualTypeOf<{ year: number | null }>()

expectTypeOf((await cellar.update(photos, { title: 'x' }, { returnRows: true })).rows[0]?.title).toEqualTypeOf<
  string | undefined
>()
expectTypeOf(await cellar.delete(photos)).toEqualTypeOf<{ readonly count: number; readonly version: number }>()
expectTypeOf((await cellar.compute(photos, [{ photo: '', title: '' }])).rows[0]?.slug).toEqualTypeOf<
  string | undefined
>()
await cellar.recompute(photos, ['slug'], { where: (c) => c.title.eq('x'), onlyErrors: true })
expectTypeOf(await cellar.transaction(async (tx) => (await tx.delete(photos)).count)).toEqualTypeOf<number>()

// Nullability follows methods, arguments and paths.
expectTypeOf(photos.c.taken.year()['~value']).toEqualTypeOf<number | null>()
expectTypeOf(coalesce(photos.c.taken, new Date())['~value']).toEqualTypeOf<Date>()
const excerpt = defineFunction({
  name: 'excerpt',
  args: { text: t.string(), length: t.int().default(12) },
  returns: t.string(),
  run: ({ text, length }) => text.slice(0, length),
})
expectTypeOf(excerpt({ text: photos.c.title })['~value']).toEqualTypeOf<string>()
expectTypeOf(excerpt({ text: photos.c.taken.toText() })['~value']).toEqualTypeOf<string | null>()
const values = defineTable('values', {
  id: t.bigint().primaryKey(),
  deep: t.json<{ p: { q: number[] }[] }>(),
  checked: t.json(z.object({ n: z.number(), s: z.string().optional() })),
  described: t.json({ type: 'object', properties: { k: { type: 'string' } }, required: ['k'] }),
  list: t.array(t.string()).nullable(),
})
expectTypeOf(values.c.deep.at('p', 0, 'q')['~value']).toEqualTypeOf<number[] | null>()
expectTypeOf(values.c.checked['~value']).toEqualTypeOf<{ n: number; s?: string | undefined }>()
expectTypeOf(values.c.described['~value'].k).toEqualTypeOf<string>()
expectTypeOf(values.c.list['~value']).toEqualTypeOf<readonly string[] | null>()

// What must not compile.

// @ts-expect-error a computed column given to insert
await cellar.insert(photos, [{ photo: 'a.jpg', title: 'x', slug: 'y' }])
// @ts-expect-error a required column left out
await cellar.insert(photos, [{ title: 'x' }])
// @ts-expect-error a condition that is no condition
cellar.from(photos).where((c) => c.title)
const selected = cellar.from(photos).select((c) => ({ id: c.id }))
// @ts-expect-error a column that is not selected
selected.orderBy((r) => r.title.desc())
// @ts-expect-error a computed column updated
await cellar.update(photos, { slug: 'x' })
// @ts-expect-error rows come from an open database only
defineTable('x', { id: t.int() }).collect()
// @ts-expect-error an unknown column computed again
await cellar.recompute(photos, ['slugg'])
// @ts-expect-error a function whose body gives another type
defineFunction({ name: 'bad', args: { n: t.int() }, returns: t.string(), run: ({ n }) => n })
// @ts-expect-error an argument of another type
excerpt({ text: photos.c.photo })
