import { asFunction, defineFunction, defineTable, t, uuid7 } from 'cellar'
import { beforeEach, expect, expectTypeOf, it } from 'vitest'
import { coded } from '../support/problems.ts'
import { useCellar } from '../support/use-cellar.ts'

const calls: string[] = []
const shout = defineFunction({
  name: 'tableFunctionsShout',
  args: { text: t.string() },
  returns: t.string(),
  run: async ({ text }) => {
    calls.push(text)
    return text.toUpperCase()
  },
})

const notes = defineTable('tableFunctions.notes', {
  id: t.uuid().primaryKey().default(uuid7()),
  text: t.string(),
  tail: t.string().default('!'),
  topic: t.string().nullable(),
  at: t.timestamp().nullable(),
})
  .computed('loud', (c) => shout({ text: c.text }))
  .computed('louder', (c) => c.loud.concat(c.tail).concat(c.loud.length().toText()))
  .computed('year', (c) => c.at.year())
  .computed('later', (c) => c.at)
const describeNote = asFunction(notes)
const louder = asFunction(notes, { returns: (c) => c.louder })

const mails = defineTable('tableFunctions.mails', {
  id: t.int().primaryKey(),
  body: t.string().nullable(),
  sent: t.timestamp(),
})
  .computed('note', (c) => describeNote({ text: c.body, at: c.sent }))
  .computed('louder', (c) => louder({ text: c.body, tail: '?' }))
const scene = useCellar([notes, mails])

beforeEach(() => {
  calls.length = 0
})

it('gives the computed columns as a record, and stores nothing in the table', async () => {
  const sent = new Date('2024-05-06T07:08:09Z')
  const [row, empty] = (
    await scene.cellar.insert(
      mails,
      [
        { id: 1, body: 'hello', sent },
        { id: 2, sent },
      ],
      { returnRows: true },
    )
  ).rows
  expect(row).toEqual({
    id: 1,
    body: 'hello',
    sent,
    note: { loud: 'HELLO', louder: 'HELLO!5', year: 2024, later: '2024-05-06T07:08:09.000Z' },
    louder: 'HELLO?5',
  })
  // Null for an argument that is not nullable, as with any function.
  expect(empty).toMatchObject({ note: null, louder: null })
  expect(calls).toEqual(['hello'])
  expect(await scene.cellar.from(notes).count()).toBe(0)
  expectTypeOf(row.louder).toEqualTypeOf<string | null>()
  expectTypeOf(row.note).toEqualTypeOf<{
    loud: string
    louder: string
    year: number | null
    later: string | null
  } | null>()
})

it('agrees with the table itself', async () => {
  const values = { text: 'a', tail: '-', at: new Date(0) }
  const { rows } = await scene.cellar.compute(notes, [values])
  await scene.cellar.insert(mails, [{ id: 1, body: 'a', sent: new Date(0) }])
  const [found] = await scene.cellar
    .from(mails)
    .select((c) => ({ note: describeNote({ text: c.body, tail: '-', at: c.sent }) }))
    .collect()
  const { loud, louder: both, year } = rows[0] ?? {}
  expect(found?.note).toEqual({ loud, louder: both, year, later: '1970-01-01T00:00:00.000Z' })
})

it('keeps what a declaration was made of, and recomputes', async () => {
  await scene.cellar.insert(mails, [{ id: 1, body: 'x', sent: new Date(0) }])
  expect((await scene.cellar.plan([notes, mails])).changes).toEqual([])
  expect((await scene.cellar.recompute(mails, ['note'])).count).toBe(1)
  await scene.cellar.update(mails, { body: 'y' })
  const stored = await scene.cellar.getTable('tableFunctions.mails')
  const [row] = await scene.cellar.from(stored).collect()
  expect(row).toMatchObject({ louder: 'Y?1', note: { loud: 'Y' } })
})

it('is refused where it cannot be computed', () => {
  const { c } = mails
  expect(() => louder({ text: c.body, tale: 'x' } as never)).toThrow(coded('INVALID_DECLARATION'))
  expect(() => louder({} as never)).toThrow(coded('INVALID_DECLARATION'))
  expect(() => louder({ text: c.id } as never)).toThrow(coded('INVALID_DECLARATION'))
  expect(() => asFunction(notes, { returns: (n) => n.id })({ text: 'a' })).toThrow(/the default of id/)
  expect(() => asFunction(notes, { returns: () => c.body })).toThrow(coded('INVALID_DECLARATION'))
  expect(() => asFunction(notes, { returns: (n) => n.loud.state })).toThrow(coded('INVALID_DECLARATION'))
})
