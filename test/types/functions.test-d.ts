import {
  asFunction,
  defineAggregate,
  defineFunction,
  defineQuery,
  defineTable,
  type ImageExpr,
  lookup,
  type Media,
  type MediaInput,
  t,
} from 'cellar'
import { expectTypeOf } from 'vitest'

const { c } = defineTable('typed.functions', {
  id: t.int().primaryKey(),
  title: t.string(),
  note: t.string().nullable(),
})
const things = defineTable('typed.things', {
  id: t.int().primaryKey(),
  title: t.string(),
  at: t.timestamp().nullable(),
})
  .computed('loud', (d) => d.title.upper())
  .computed('year', (d) => d.at.year())
const args = { text: t.string(), length: t.int().default(12), note: t.string().nullable() }
const short = defineFunction({ name: 'typed.short', args, returns: t.string(), run: ({ text }) => text })
const later = defineFunction({ name: 'typed.later', args, returns: t.timestamp(), run: async () => new Date(0) })
const either = defineFunction({
  name: 'typed.either',
  args: {},
  returns: t.int(),
  run: () => (Math.random() < 2 ? 1 : Promise.resolve(1)),
})
const batched = defineFunction({
  name: 'typed.batched',
  args: { n: t.int() },
  returns: t.float(),
  runBatch: (rows) => rows.map(({ n }) => n),
})

// A direct call gives a promise where the function does.
expectTypeOf(short.run({ text: 'a' })).toEqualTypeOf<string>()
expectTypeOf(later.run({ text: 'a', length: 3, note: null })).toEqualTypeOf<Promise<Date>>()
expectTypeOf(either.run({})).toEqualTypeOf<number | Promise<number>>()
expectTypeOf(batched.run({ n: 1 })).toEqualTypeOf<Promise<number>>()
// @ts-expect-error: text is needed
short.run({ length: 3 })
// @ts-expect-error: a value, not an expression
short.run({ text: c.title })
// @ts-expect-error: text cannot be null
short.run({ text: null })

// Media are what the function returned: nothing is stored.
const draw = defineFunction({
  name: 'typed.draw',
  args: { image: t.image() },
  returns: t.image(),
  run: ({ image }) => {
    expectTypeOf(image).toExtend<Media>()
    return new Uint8Array()
  },
})
expectTypeOf(draw.run({ image: 'https://example.org/a.png' })).toExtend<MediaInput>()
expectTypeOf(draw({ image: 'https://example.org/a.png' })).toExtend<ImageExpr>()

// A partial function lacks what it was given.
const five = short.with({ length: 5, note: null })
expectTypeOf(five({ text: c.title })['~value']).toEqualTypeOf<string>()
expectTypeOf(five({ text: c.note })['~value']).toEqualTypeOf<string | null>()
expectTypeOf(five.run({ text: 'a' })).toEqualTypeOf<string>()
expectTypeOf(five.with({ text: 'a' }).run({})).toEqualTypeOf<string>()
// @ts-expect-error: length is bound
five({ text: c.title, length: 3 })
// @ts-expect-error: there is no argument size
short.with({ size: 3 })
// @ts-expect-error: length is a number
short.with({ length: 'five' })

// A result whose type depends on constant arguments.
const embed = defineFunction({
  name: 'typed.embed',
  args: { text: t.string(), size: t.int() },
  returns: (constants) => {
    expectTypeOf(constants.size).toEqualTypeOf<number>()
    return t.vector(constants.size)
  },
  run: ({ text, size }) => {
    expectTypeOf(text).toEqualTypeOf<string>()
    return new Float32Array(size)
  },
})
expectTypeOf(embed({ text: c.title, size: 3 })['~kind']).toEqualTypeOf<'vector'>()
expectTypeOf(embed.run({ text: 'a', size: 3 })).toEqualTypeOf<Float32Array>()

// What run returns is checked where it is declared.
// @ts-expect-error: a number is no text
defineFunction({ name: 'typed.wrong', args: {}, returns: t.string(), run: () => 1 })
// @ts-expect-error: a promise of a number is none either
defineFunction({ name: 'typed.wrong2', args: {}, returns: t.string(), run: async () => 1 })

// The state of an aggregate is what init gives.
const longest = defineAggregate({
  name: 'typed.longest',
  args: { text: t.string(), least: t.int().default(0) },
  returns: t.string().nullable(),
  init: () => ({ text: '' }),
  update: (state, { text, least }) => {
    expectTypeOf(state).toEqualTypeOf<{ text: string }>()
    expectTypeOf(least).toEqualTypeOf<number>()
    if (text.length >= least && text.length > state.text.length) state.text = text
  },
  value: ({ text }) => (text === '' ? null : text),
})
expectTypeOf(longest({ text: c.note })['~value']).toEqualTypeOf<string | null>()
expectTypeOf(longest({ text: c.title }).over({ partitionBy: c.id })['~value']).toEqualTypeOf<string | null>()
// @ts-expect-error: text is needed
longest({ least: 3 })
// @ts-expect-error: a number is no text
longest({ text: c.id })

// A query as a function gives its rows in their wire form; null arguments that it does not expect make it null.
const find = defineQuery(
  'typedFind',
  { text: t.string(), note: t.string().nullable(), limit: t.int().default(3) },
  ({ text }, { from }) =>
    from(things)
      .where((d) => d.title.eq(text))
      .select((d) => ({ id: d.id, at: d.at })),
)
type Found = { id: number; at: string | null }[]
expectTypeOf(lookup(find, { text: c.title })['~value']).toEqualTypeOf<Found>()
expectTypeOf(lookup(find, { text: 'a', limit: 3 })['~value']).toEqualTypeOf<Found>()
expectTypeOf(lookup(find, { text: c.title, note: c.note })['~value']).toEqualTypeOf<Found>()
expectTypeOf(lookup(find, { text: c.note })['~value']).toEqualTypeOf<Found | null>()
// @ts-expect-error: text is needed
lookup(find, { limit: 3 })
// @ts-expect-error: a number is no text
lookup(find, { text: c.id })
// @ts-expect-error: there is no such parameter
lookup(find, { text: c.title, size: 3 })

// A table as a function: the computed columns, or one expression.
const asRecord = asFunction(things)
expectTypeOf(asRecord({ id: 1, title: c.title })['~value']).toEqualTypeOf<{ loud: string; year: number | null }>()
expectTypeOf(asRecord({ id: 1, title: c.note })['~value']).toEqualTypeOf<{ loud: string; year: number | null } | null>()
expectTypeOf(asFunction(things, { returns: (d) => d.year })({ id: 1, title: 'a' })['~value']).toEqualTypeOf<
  number | null
>()
// @ts-expect-error: title is needed
asRecord({ id: 1 })
