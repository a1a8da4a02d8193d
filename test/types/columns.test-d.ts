import { defineTable, type InsertOf, type Media, now, type RowOf, t, type Upload, uuid4, uuid7 } from 'cellar'
import { expectTypeOf } from 'vitest'
import { z } from 'zod'

const all = defineTable('all', {
  string: t.string().primaryKey(),
  choice: t.string({ enum: ['a', 'b'] }),
  int: t.int(),
  bigint: t.bigint(),
  float: t.float(),
  decimal: t.decimal(10, 2),
  bool: t.bool(),
  timestamp: t.timestamp(),
  date: t.date(),
  uuid: t.uuid(),
  json: t.json<{ a: number[] }>(),
  any: t.json(),
  zod: t.json(z.object({ n: z.number().default(1) })),
  schema: t.json({ type: 'object', properties: { k: { type: 'string' }, n: { type: 'integer' } }, required: ['k'] }),
  array: t.array(t.timestamp().nullable()),
  vector: t.vector(3),
  binary: t.binary(),
  image: t.image(),
  document: t.document({ reference: true }),
})
type Columns = (typeof all)['~columns']

expectTypeOf<RowOf<(typeof all)['~scope']>>().toEqualTypeOf<{
  string: string
  choice: string
  int: number
  bigint: bigint
  float: number
  decimal: string
  bool: boolean
  timestamp: Date
  date: string
  uuid: string
  json: { a: number[] }
  any: unknown
  zod: { n: number }
  schema: { k: string; n?: number }
  array: readonly (Date | null)[]
  vector: Float32Array
  binary: Uint8Array
  image: Media<'image'>
  document: Media<'document'>
}>()

expectTypeOf<InsertOf<Columns>>().toEqualTypeOf<{
  string: string
  choice: 'a' | 'b'
  int: number
  bigint: bigint | number
  float: number
  decimal: string | number
  bool: boolean
  timestamp: Date | string
  date: string | Date
  uuid: string
  json: { a: number[] }
  any: unknown
  zod: { n?: number | undefined }
  schema: { k: string; n?: number }
  array: readonly (Date | string | null)[]
  vector: readonly number[] | Float32Array
  binary: Uint8Array
  image: string | URL | Upload | Media
  document: string | URL | Upload | Media
}>()

// What a JSON body takes.
expectTypeOf<Columns['bigint']['~wireIn']>().toEqualTypeOf<string>()
expectTypeOf<Columns['timestamp']['~wireIn']>().toEqualTypeOf<string>()
expectTypeOf<Columns['vector']['~wireIn']>().toEqualTypeOf<readonly number[]>()
expectTypeOf<Columns['image']['~wireIn']>().toEqualTypeOf<string>()
expectTypeOf<Columns['image']['~upload']>().toEqualTypeOf<true>()
expectTypeOf<Columns['string']['~upload']>().toEqualTypeOf<false>()

// Nullable or defaulted may be left out; the order of the methods does not matter.
defineTable('optional', {
  a: t.int().nullable().unique(),
  b: t.int().unique().nullable(),
  c: t.uuid().default(uuid4()).primaryKey(),
  d: t.timestamp().default(now()).comment('when'),
  e: t.string().default(uuid7()),
  f: t.timestamp().default('2024-05-01T00:00:00Z'),
  g: t.int().nullable().default(null),
  h: t.int().nullable().references('nodes.id'),
})

// @ts-expect-error a media column is no key
t.image().primaryKey()
// @ts-expect-error JSON is no key
t.json().unique()
// @ts-expect-error a primary key is never null
t.int().nullable().primaryKey()
// @ts-expect-error a default of another type
t.int().default('x')
// @ts-expect-error a generator of another type
t.timestamp().default(uuid7())
// @ts-expect-error a default that is none of the choices
t.string({ enum: ['a', 'b'] }).default('c')
// @ts-expect-error null where there is none
t.int().default(null)
// @ts-expect-error a limit that the type does not have
t.int({ length: 3 })
// @ts-expect-error a vector has dimensions
t.vector()
