import { defineIterator, defineQuery, defineTable, lookup, sum, t } from 'cellar'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { coded } from '../support/problems.ts'
import { useCellar } from '../support/use-cellar.ts'

let ended = 0
const words = defineIterator({
  name: 'iteratorsWords',
  description: 'The words of a text',
  args: { text: t.string(), skip: t.int().default(0) },
  yields: { position: t.int(), word: t.string(), note: t.string().nullable() },
  *run({ text, skip }) {
    try {
      for (const [position, word] of text.split(' ').entries()) if (position >= skip) yield { position, word }
    } finally {
      ended += 1
    }
  },
})
const slow = defineIterator({
  name: 'iteratorsSlow',
  args: { rows: t.int(), wait: t.int().default(0) },
  yields: { n: t.bigint(), at: t.timestamp() },
  timeout: 200,
  async *run({ rows, wait }, { signal }) {
    for (let n = 0; n < rows; n += 1) {
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
      signal.throwIfAborted()
      yield { n: BigInt(n), at: new Date(n) }
    }
  },
})
const pages = defineTable('iterators.pages', { id: t.int().primaryKey(), word: t.string(), weight: t.float() })
const scene = useCellar([pages])

describe('a direct call', () => {
  it('gives checked rows, at once where the iterator does', () => {
    const rows = [...words.run({ text: 'to be or', skip: 1 })]
    expect(rows).toEqual([
      { position: 1, word: 'be', note: null },
      { position: 2, word: 'or', note: null },
    ])
    expectTypeOf(rows).toEqualTypeOf<{ position: number; word: string; note: string | null }[]>()
  })

  it('gives a promise of each row where the iterator does', async () => {
    const rows = []
    for await (const row of slow.run({ rows: 2 })) rows.push(row)
    expectTypeOf(rows).toEqualTypeOf<{ n: bigint; at: Date }[]>()
    expect(rows).toEqual([
      { n: 0n, at: new Date(0) },
      { n: 1n, at: new Date(1) },
    ])
  })

  it('ends the iterator when it is left', () => {
    const before = ended
    for (const { word } of words.run({ text: 'to be or not' })) if (word === 'be') break
    expect(ended).toBe(before + 1)
  })

  it('fails where arguments, rows or time are wrong', async () => {
    expect(() => words.run({} as never)).toThrow(coded('MISSING_VALUE'))
    expect(() => words.run({ text: 1 as never })).toThrow(coded('INVALID_VALUE'))
    expect(() => words.run({ text: 'a', more: 1 } as never)).toThrow(coded('UNKNOWN_COLUMN'))
    const late = slow.run({ rows: 1, wait: 2_000 })
    await expect(late.next()).rejects.toEqual(coded('FUNCTION_TIMEOUT'))
    const aborted = slow.run({ rows: 9, wait: 150 }, { signal: AbortSignal.timeout(20) })
    await expect(aborted.next()).rejects.toEqual(coded('ABORTED'))
    const odd = (name: string, row: unknown) =>
      defineIterator({ name, args: {}, yields: { n: t.int() }, run: () => [row] as never }).run({})
    expect(() => [...odd('iteratorsOdd1', { n: 'x' })]).toThrow('iteratorsOdd1.n')
    expect(() => [...odd('iteratorsOdd2', { n: 1, m: 2 })]).toThrow(coded('FUNCTION_INVALID_RESULT'))
    expect(() => [...odd('iteratorsOdd3', {})]).toThrow(coded('FUNCTION_INVALID_RESULT'))
    expect(() => [...odd('iteratorsOdd4', null)]).toThrow(coded('FUNCTION_INVALID_RESULT'))
    const failing = defineIterator({
      name: 'iteratorsFailing',
      args: {},
      yields: { n: t.int() },
      *run() {
        yield { n: 1 }
        throw new RangeError('no more')
      },
    })
    expect(() => [...failing.run({})]).toThrow('Function iteratorsFailing failed: no more')
    const none = defineIterator({ name: 'iteratorsNone', args: {}, yields: { n: t.int() }, run: () => 1 as never })
    expect(() => none.run({})).toThrow(coded('FUNCTION_INVALID_RESULT'))
  })
})

describe('a source of a query', () => {
  it('is filtered, joined, grouped and ordered as a table is', async () => {
    const { cellar } = scene
    await cellar.insert(pages, [
      { id: 1, word: 'be', weight: 2 },
      { id: 2, word: 'not', weight: 3 },
    ])
    const text = 'to be or not to be'
    const named = await cellar
      .from(words({ text, skip: 1 }))
      .join(pages, (w, p) => w.word.eq(p.word))
      .groupBy((w) => ({ word: w.word }))
      .select((w, p) => ({ word: w.word, weight: sum(p.weight) }))
      .orderBy((r) => r.word.asc())
      .collect()
    expect(named).toEqual([
      { word: 'be', weight: 4 },
      { word: 'not', weight: 3 },
    ])
    const joined = cellar.from(pages).join(words({ text }), (p, w) => p.word.eq(w.word), { type: 'left' })
    expect(await joined.where((_, w) => w.position.gt(2)).count()).toBe(2)
    const longest = cellar.from(words({ text })).where((w) => w.word.upper().eq('NOT'))
    expect(await longest.collect()).toEqual([{ position: 3, word: 'not', note: null }])
    const within = cellar
      .from(pages)
      .where((p) => p.word.in(cellar.from(words({ text })).select((w) => ({ w: w.word }))))
    expect(await within.count()).toBe(2)
  })

  it('takes as many rows as there are, and none for a null', async () => {
    const { cellar } = scene
    const numbers = cellar.from(slow({ rows: 30_000 }))
    expect(await numbers.where((r) => r.n.gte(29_990n)).count()).toBe(10)
    const seen = []
    for await (const { n } of numbers
      .orderBy((r) => r.n.desc())
      .limit(2)
      .stream())
      seen.push(n)
    expect(seen).toEqual([29_999n, 29_998n])
    const asked = defineQuery('iteratorsAsked', { text: t.string().nullable() }, ({ text }, { from }) =>
      from(words({ text: text as never, skip: 1 })).select((w) => ({ word: w.word })),
    )
    const table = defineTable('iterators.asked', { id: t.int().primaryKey(), text: t.string().nullable() }).computed(
      'found',
      (c) => lookup(asked, { text: c.text }),
    )
    await cellar.apply([table])
    const { rows } = await cellar.insert(table, [{ id: 1, text: 'a b c' }, { id: 2 }], { returnRows: true })
    expect(rows.map(({ found }) => found)).toEqual([[{ word: 'b' }, { word: 'c' }], []])
  })

  it('is refused where it cannot be had', async () => {
    const { c } = pages
    expect(() => words({ text: c.word as never })).toThrow(coded('INVALID_DECLARATION'))
    expect(() => words({} as never)).toThrow(coded('INVALID_DECLARATION'))
    expect(() => words({ text: 'a', more: 1 } as never)).toThrow(coded('INVALID_DECLARATION'))
    const frames = defineIterator({ name: 'iteratorsFrames', args: {}, yields: { frame: t.image() }, run: () => [] })
    expect([...frames.run({})]).toEqual([])
    expect(() => frames({})).toThrow(coded('INVALID_DECLARATION'))
    const { cellar } = scene
    await expect(cellar.transaction((tx) => tx.from(words({ text: 'a' })).collect())).rejects.toEqual(
      coded('FUNCTION_NOT_CHEAP'),
    )
    await expect(cellar.from(slow({ rows: 1, wait: 2_000 })).collect()).rejects.toEqual(coded('FUNCTION_TIMEOUT'))
  })
})

it('is refused where it is declared', () => {
  const spec = { name: 'iteratorsSpec', args: {}, yields: { n: t.int() }, run: () => [{ n: 1 }] }
  const declare = (change: object) => () => defineIterator({ ...spec, ...change } as typeof spec)
  expect(declare({})).not.toThrow()
  expect(declare({ version: '2', run: () => [{ n: 2 }] })).not.toThrow()
  expect(declare({ run: () => [{ n: 2 }] })).toThrow(coded('DUPLICATE_DECLARATION'))
  expect(declare({ yields: { n: t.string() } })).toThrow(coded('DUPLICATE_DECLARATION'))
  expect(declare({ name: '1' })).toThrow(coded('INVALID_NAME'))
  expect(declare({ yields: {} })).toThrow(coded('INVALID_DECLARATION'))
  expect(declare({ yields: { n: t.int().default(1) } })).toThrow(coded('INVALID_DECLARATION'))
  expect(declare({ run: undefined })).toThrow(coded('INVALID_DECLARATION'))
  expect(declare({ timeout: 0 })).toThrow(coded('INVALID_DECLARATION'))
  expect(declare({ cheap: true })).toThrow(coded('INVALID_DECLARATION'))
})
