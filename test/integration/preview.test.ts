import { setTimeout as delay } from 'node:timers/promises'
import { defineFunction, defineTable, sum, t } from 'cellar'
import { beforeEach, describe, expect, expectTypeOf, it } from 'vitest'
import { randomPicture } from '../support/pictures.ts'
import { coded } from '../support/problems.ts'
import { useCellar } from '../support/use-cellar.ts'

const measure = defineFunction({
  name: 'previewMeasure',
  args: { text: t.string() },
  returns: t.int(),
  run: async ({ text }) => {
    await delay(20)
    if (text === 'three') throw new RangeError('three is too many')
    return text.length
  },
})
const draw = defineFunction({
  name: 'previewDraw',
  args: { text: t.string() },
  returns: t.image(),
  run: () => randomPicture(3, 3),
})
const notes = defineTable('preview.notes', { id: t.int().primaryKey(), text: t.string(), other: t.int() }).computed(
  'loud',
  (c) => c.text.upper(),
)
const scene = useCellar([notes])

beforeEach(async () => {
  const texts = ['one', 'two', 'three', 'four', 'five', 'six', 'seven']
  await scene.cellar.insert(
    notes,
    texts.map((text, index) => ({ id: 10 - index, text, other: index })),
  )
})

describe('preview', () => {
  it('gives values, errors, times and an estimate, and stores nothing', async () => {
    const { rows, total, estimatedMilliseconds } = await scene.cellar.preview(
      notes,
      (c) => measure({ text: c.loud.lower() }),
      {
        rows: 4,
      },
    )
    expect(rows.map(({ value }) => value)).toEqual([3, 3, null, 4])
    expect(rows.map(({ inputs }) => inputs)).toEqual(['ONE', 'TWO', 'THREE', 'FOUR'].map((loud) => ({ loud })))
    expect(rows.map(({ error }) => error?.code)).toEqual([undefined, undefined, 'FUNCTION_FAILED', undefined])
    expect(rows[2]?.error).toMatchObject({ message: expect.stringContaining('three is too many'), retryable: false })
    for (const { milliseconds } of rows) expect(milliseconds).toBeGreaterThan(15)
    expect(total).toBe(7)
    expect(estimatedMilliseconds).toBeGreaterThan(7 * 15)
    expectTypeOf(rows[0]?.value).toEqualTypeOf<number | null | undefined>()
    expectTypeOf(rows[0]?.inputs.text).toEqualTypeOf<string | undefined>()
    expect((await scene.cellar.plan([notes])).changes).toEqual([])
    expect(await scene.sql('select 1 from cellar.cell_errors')).toEqual([])
  })

  it('takes five rows unless told otherwise, and those of a condition', async () => {
    const { cellar } = scene
    expect((await cellar.preview(notes, (c) => c.other.add(1))).rows).toHaveLength(5)
    const some = await cellar.preview(notes, (c) => c.other.add(1), { where: (c) => c.other.gt(4), rows: 100 })
    expect(some.rows.map(({ value }) => value)).toEqual([6, 7])
    expect(some.total).toBe(7)
    await cellar.delete(notes)
    expect(await cellar.preview(notes, (c) => c.other)).toEqual({ rows: [], total: 0, estimatedMilliseconds: 0 })
  })

  it('shows media that can be read', async () => {
    const { rows } = await scene.cellar.preview(notes, (c) => draw({ text: c.text }), { rows: 1 })
    const image = rows[0]?.value
    expect(image && (await scene.cellar.readMedia(image)).length).toBeGreaterThan(0)
  })

  it('is refused where there could be no such column', async () => {
    const { cellar } = scene
    const other = defineTable('preview.other', { id: t.int() })
    await expect(cellar.preview(notes, (c) => sum(c.other))).rejects.toEqual(coded('INVALID_DECLARATION'))
    await expect(cellar.preview(notes, () => other.c.id)).rejects.toEqual(coded('INVALID_DECLARATION'))
    await expect(cellar.preview(notes, (c) => c.other, { rows: 0 })).rejects.toEqual(coded('INVALID_VALUE'))
    await expect(
      cellar.preview(notes, (c) => measure({ text: c.text }), { signal: AbortSignal.abort() }),
    ).rejects.toEqual(coded('ABORTED'))
  })
})
