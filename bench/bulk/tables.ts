import { defineFunction, defineTable, t } from 'cellar'

export const ROWS = 100_000

const shout = defineFunction({
  name: 'bench.shout',
  args: { text: t.string() },
  returns: t.string(),
  run: ({ text }) => `${text}!`,
})
const columns = () => ({ id: t.int().primaryKey(), text: t.string() })

export const byExpression = defineTable('bulk_expression', columns()).computed('shout', (c) => c.text.upper())
export const byFunction = defineTable('bulk_function', columns()).computed('shout', (c) => shout({ text: c.text }))

export const makeRows = (): { id: number; text: string }[] =>
  Array.from({ length: ROWS }, (_, id) => ({ id, text: `some text ${id}` }))
