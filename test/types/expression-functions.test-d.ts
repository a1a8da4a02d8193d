import { cast, coalesce, defineTable, fromEpoch, json, makeDate, parseJson, parseTimestamp, t } from 'cellar'
import { expectTypeOf } from 'vitest'

const { c } = defineTable('things', {
  id: t.int().primaryKey(),
  title: t.string(),
  taken: t.timestamp(),
  seen: t.timestamp().nullable(),
  day: t.date(),
  key: t.uuid(),
  meta: t.json<{ items: { price: number; name?: string }[]; tags: (number | null)[]; size: { w: number } }>(),
  any: t.json().nullable(),
  tags: t.array(t.string()),
  ints: t.array(t.int().nullable()).nullable(),
  point: t.vector(2),
})

// Parts are as nullable as what they are of; what can leave the calendar is nullable.
expectTypeOf(c.taken.minute()['~value']).toEqualTypeOf<number>()
expectTypeOf(c.seen.dayOfWeek()['~value']).toEqualTypeOf<number | null>()
expectTypeOf(c.taken.truncate('month')['~value']).toEqualTypeOf<Date>()
expectTypeOf(c.taken.add({ days: 1, hours: c.id })['~value']).toEqualTypeOf<Date | null>()
expectTypeOf(c.taken.diff(c.seen, 'hours')['~value']).toEqualTypeOf<number | null>()
expectTypeOf(c.taken.diff(new Date(), 'days')['~value']).toEqualTypeOf<number>()
expectTypeOf(c.taken.inZone('Europe/Rome').year()['~value']).toEqualTypeOf<number>()
expectTypeOf(c.seen.inZone('Europe/Rome').format('YYYY')['~value']).toEqualTypeOf<string | null>()
expectTypeOf(c.day.add({ months: 1 })['~value']).toEqualTypeOf<string | null>()
expectTypeOf(c.day.toTimestamp()['~value']).toEqualTypeOf<Date>()
expectTypeOf(parseTimestamp(c.title)['~value']).toEqualTypeOf<Date | null>()
expectTypeOf(makeDate({ year: 2024, month: c.id, day: 1 })['~value']).toEqualTypeOf<string | null>()
expectTypeOf(fromEpoch(c.id)['~value']).toEqualTypeOf<Date | null>()
expectTypeOf(c.key.version()['~value']).toEqualTypeOf<number | null>()
expectTypeOf(c.key.hex()['~value']).toEqualTypeOf<string>()

// JSON keeps its shape.
expectTypeOf(c.any.at('tags', 0).eq(3)['~value']).toEqualTypeOf<boolean | null>()
expectTypeOf(c.meta.at('items').each('price')['~value']).toEqualTypeOf<number[] | null>()
expectTypeOf(c.meta.at('tags').map((tag) => tag.asInt().add(1))['~value']).toEqualTypeOf<(number | null)[] | null>()
expectTypeOf(c.meta.at('items').map((item) => item.at('name').asText())['~value']).toEqualTypeOf<
  (string | null)[] | null
>()
expectTypeOf(c.meta.at('items').filter((item) => item.at('price').asFloat().gt(1))['~value']).toEqualTypeOf<
  { price: number; name?: string }[] | null
>()
expectTypeOf(c.meta.at('size').keys().at(0)['~value']).toEqualTypeOf<string | null>()
expectTypeOf(c.meta.at('tags').sum()['~value']).toEqualTypeOf<number | null>()
expectTypeOf(c.any.map((element) => element.asText())['~value']).toEqualTypeOf<(string | null)[] | null>()
expectTypeOf(json({ a: c.taken, b: [c.id, 'x'] })['~value']).toEqualTypeOf<{ a: string; b: [number, 'x'] }>()
expectTypeOf(parseJson<{ a: number }>(c.title).at('a')['~value']).toEqualTypeOf<number | null>()
expectTypeOf(coalesce(c.meta.at('size', 'w').asInt(), 0)['~value']).toEqualTypeOf<number>()

// Arrays keep their elements.
expectTypeOf(c.tags.slice(1)['~value']).toEqualTypeOf<readonly string[]>()
expectTypeOf(c.ints.concat([1, null])['~value']).toEqualTypeOf<readonly (number | null)[] | null>()
expectTypeOf(c.ints.sum()['~value']).toEqualTypeOf<number | null>()
expectTypeOf(c.tags.join('-')['~value']).toEqualTypeOf<string>()
expectTypeOf(c.tags.max()['~value']).toEqualTypeOf<string | null>()
expectTypeOf(c.point.dot([1, 2])['~value']).toEqualTypeOf<number>()
expectTypeOf(c.point.normalize()['~value']).toEqualTypeOf<Float32Array | null>()

// A cast is of the target's type, and may have no answer.
expectTypeOf(cast(c.title, t.int())['~value']).toEqualTypeOf<number | null>()
expectTypeOf(cast(c.any, t.array(t.string()))['~value']).toEqualTypeOf<readonly string[] | null>()

// @ts-expect-error days have no hours
c.day.add({ hours: 1 })
// @ts-expect-error an unknown unit
c.taken.truncate('decade')
// @ts-expect-error texts have no sum
c.tags.sum()
// @ts-expect-error numbers are not joined
c.ints.join()
// @ts-expect-error a condition is a boolean
c.meta.at('items').filter((item) => item.at('price'))
// @ts-expect-error numbers have no lower case
c.meta.at('items').map((item) => item.at('price').asFloat().lower())
