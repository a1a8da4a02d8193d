import { caseWhen, coalesce, concat, defineTable, format, greatest, least, t } from 'cellar'
import { expectTypeOf } from 'vitest'

const { c } = defineTable('things', {
  id: t.int().primaryKey(),
  title: t.string(),
  note: t.string().nullable(),
  price: t.float().nullable(),
  big: t.bigint(),
  exact: t.decimal(),
  done: t.bool(),
  taken: t.timestamp().nullable(),
  day: t.date(),
  key: t.uuid(),
  meta: t.json<{ a: { p: { q: number[] }[] }; name?: string }>(),
  any: t.json().nullable(),
  tags: t.array(t.string()),
  photo: t.image(),
  video: t.video().nullable(),
})

// Null spreads from any operand.
expectTypeOf(c.title.eq('a')['~value']).toEqualTypeOf<boolean>()
expectTypeOf(c.title.eq(c.note)['~value']).toEqualTypeOf<boolean | null>()
expectTypeOf(c.note.upper()['~value']).toEqualTypeOf<string | null>()
expectTypeOf(c.title.replaceAll('a', c.note)['~value']).toEqualTypeOf<string | null>()
expectTypeOf(c.id.add(c.price)['~value']).toEqualTypeOf<number | null>()
expectTypeOf(c.id.between(1, 2)['~value']).toEqualTypeOf<boolean>()
expectTypeOf(c.id.between(1, c.price)['~value']).toEqualTypeOf<boolean | null>()
expectTypeOf(c.done.and(c.price.gt(3))['~value']).toEqualTypeOf<boolean | null>()
expectTypeOf(c.taken.year()['~value']).toEqualTypeOf<number | null>()
expectTypeOf(c.note.isNull()['~value']).toEqualTypeOf<boolean>()
expectTypeOf(c.day.month()['~value']).toEqualTypeOf<number>()

// Arithmetic unions the kinds.
expectTypeOf(c.id.add(1)['~kind']).toEqualTypeOf<'int'>()
expectTypeOf(c.id.add(c.price)['~kind']).toEqualTypeOf<'int' | 'float'>()
expectTypeOf(c.id.div(2)['~kind']).toEqualTypeOf<'float'>()
expectTypeOf(c.price.floor()['~kind']).toEqualTypeOf<'int'>()
expectTypeOf(c.big.add(1n)['~value']).toEqualTypeOf<bigint>()
expectTypeOf(c.exact.mul('2')['~value']).toEqualTypeOf<string>()

// A path into JSON may lead nowhere.
expectTypeOf(c.meta.at('a', 'p', 0, 'q')['~value']).toEqualTypeOf<number[] | null>()
expectTypeOf(c.meta.at('name')['~value']).toEqualTypeOf<string | null>()
expectTypeOf(c.any.at('x', 0)['~value']).toEqualTypeOf<unknown>()
expectTypeOf(c.any.at('x').asText()['~value']).toEqualTypeOf<string | null>()
expectTypeOf(c.tags.at(0)['~value']).toEqualTypeOf<string | null>()
expectTypeOf(c.tags.length()['~value']).toEqualTypeOf<number>()

// Media know their facts; those kept by reference have no hash and type.
expectTypeOf(c.photo.url['~value']).toEqualTypeOf<string>()
expectTypeOf(c.photo.sha256['~value']).toEqualTypeOf<string | null>()
expectTypeOf(c.video.url['~value']).toEqualTypeOf<string | null>()

// Choices: a union of literals is one kind, and null where one of them is.
expectTypeOf(caseWhen([[c.done, 'yes']], 'no')['~value']).toEqualTypeOf<string>()
expectTypeOf(caseWhen([[c.done, 'yes']])['~value']).toEqualTypeOf<string | null>()
expectTypeOf(caseWhen([[c.done, c.note]], c.title)['~value']).toEqualTypeOf<string | null>()
expectTypeOf(coalesce(c.taken, new Date())['~value']).toEqualTypeOf<Date>()
expectTypeOf(coalesce(c.note, c.title)['~value']).toEqualTypeOf<string>()
expectTypeOf(concat(c.title, ' ', c.id)['~value']).toEqualTypeOf<string>()
expectTypeOf(concat(c.title, c.note)['~value']).toEqualTypeOf<string | null>()

expectTypeOf(least(c.id, 3)['~value']).toEqualTypeOf<number>()
expectTypeOf(greatest(c.price, c.id, 3)['~value']).toEqualTypeOf<number | null>()
expectTypeOf(least(c.note, 'a')['~value']).toEqualTypeOf<string | null>()
expectTypeOf(format('{a}{b}', { a: c.title, b: 3 })['~value']).toEqualTypeOf<string>()
expectTypeOf(format('{0}', [c.note])['~value']).toEqualTypeOf<string | null>()

// Text: null where an operand is, or where there is no answer.
expectTypeOf(c.title.padStart(3, c.note)['~value']).toEqualTypeOf<string | null>()
expectTypeOf(c.title.count('a')['~value']).toEqualTypeOf<number>()
expectTypeOf(c.title.before('a')['~value']).toEqualTypeOf<string | null>()
expectTypeOf(c.title.split(',')['~value']).toEqualTypeOf<readonly string[]>()
expectTypeOf(c.note.split(',')['~value']).toEqualTypeOf<readonly string[] | null>()
expectTypeOf(c.title.matches(/a/)['~value']).toEqualTypeOf<boolean>()
expectTypeOf(c.title.extract(/a/)['~value']).toEqualTypeOf<string | null>()
expectTypeOf(c.title.matchGroups(/a/)['~value']).toEqualTypeOf<readonly (string | null)[] | null>()

// Numbers keep their kind where they can.
expectTypeOf(c.id.exp()['~kind']).toEqualTypeOf<'float'>()
expectTypeOf(c.id.log()['~value']).toEqualTypeOf<number | null>()
expectTypeOf(c.id.sign()['~kind']).toEqualTypeOf<'int'>()
expectTypeOf(c.id.clamp(0, c.price)['~kind']).toEqualTypeOf<'int' | 'float'>()
expectTypeOf(c.id.floorDiv(2)['~value']).toEqualTypeOf<number>()
expectTypeOf(c.id.bitAnd(1)['~value']).toEqualTypeOf<number>()

// @ts-expect-error floats have no bits
c.price.bitOr(1)
// @ts-expect-error a pattern is no expression
c.title.matches(c.note)
// @ts-expect-error widths are part of the declaration
c.title.padEnd(c.id)
// @ts-expect-error one value has no least
least(c.id)
// @ts-expect-error another type
c.title.eq(3)
// @ts-expect-error null: use isNull()
c.taken.eq(null)
// @ts-expect-error null among the values
c.title.in(['a', null])
// @ts-expect-error text has no arithmetic
c.title.add(1)
// @ts-expect-error a bigint takes bigints
c.big.add(1)
// @ts-expect-error JSON has no order
c.meta.lt({ a: { p: [] } })
// @ts-expect-error a condition is a boolean
caseWhen([[c.title, 1]], 2)
// @ts-expect-error media have no equality
c.photo.eq('x')
// @ts-expect-error not in this version
c.photo.width
