import { expect, test } from 'vitest'
import { defineFunction } from '../expr/define-function.ts'
import { defineTable } from '../schema/define-table.ts'
import { specOfTable } from '../schema/table-value.ts'
import { t } from '../types/t.ts'
import { planCells } from './plan-cells.ts'
import { createTestEngine } from './testing/engine.ts'

const ROWS = 100_000
const excerptOf = (text: string, length: number): string => (text.length <= length ? text : `${text.slice(0, length)}…`)

const excerpt = defineFunction({
  name: 'inline_excerpt',
  args: { text: t.string(), length: t.int().default(12) },
  returns: t.string(),
  run: ({ text, length }) => excerptOf(text, length),
})

test('a sync function over 100,000 rows costs little more than its calls', async () => {
  await using test = createTestEngine()
  const table = defineTable('texts', { id: t.int(), text: t.string() })
    .computed('short', (c) => excerpt({ text: c.text }))
    .computed('upper', (c) => c.short.upper())
  const plan = planCells(specOfTable(table))
  const make = () =>
    Array.from({ length: ROWS }, (_, id) => ({ id, text: `Text number ${id}` }) as Record<string, unknown>)
  await test.engine.run(plan, make())

  const byEngine = make()
  const began = performance.now()
  await test.engine.run(plan, byEngine)
  const engine = performance.now() - began

  const byHand = make()
  const beganByHand = performance.now()
  for (const row of byHand) {
    row.short = excerptOf(row.text as string, 12)
    row.upper = (row.short as string).toUpperCase()
  }
  const hand = performance.now() - beganByHand

  process.stdout.write(
    `${ROWS} rows, a sync function and an expression: engine ${engine.toFixed(0)} ms (${((engine * 1e3) / ROWS).toFixed(2)} µs a row), by hand ${hand.toFixed(0)} ms\n`,
  )
  expect(byEngine).toEqual(byHand)
  // Ten microseconds a row would show in a bulk insert; the figure is usually well below one.
  expect(engine).toBeLessThan(ROWS / 100)
})

test('the process gets to do other things meanwhile', async () => {
  await using test = createTestEngine()
  const table = defineTable('texts', { text: t.string() }).computed('upper', (c) => c.text.upper().lower().upper())
  let ticks = 0
  const timer = setInterval(() => {
    ticks += 1
  }, 5)
  await test.engine.run(
    planCells(specOfTable(table)),
    Array.from({ length: 300_000 }, (_, id) => ({ text: `Text number ${id}`.repeat(5) })),
  )
  clearInterval(timer)
  expect(ticks).toBeGreaterThan(0)
})
