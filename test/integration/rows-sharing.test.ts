import { type Cellar, defineTable, t } from 'cellar'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { useCellar } from '../support/use-cellar.ts'

const parents = defineTable('parents', { id: t.int().primaryKey() })
const shared = defineTable('shared', {
  id: t.int().primaryKey(),
  tag: t.string().unique().nullable(),
  parent: t.int().references('parents.id').nullable(),
  text: t.string({ max: 8 }),
}).computed('loud', (c) => c.text.upper())

const scene = useCellar([parents, shared])

interface Request {
  readonly id: number
  readonly tag?: string | null
  readonly parent?: number | null
  readonly text: string
}

/** Keys collide often, references dangle at times, texts are too long at times. */
const request: fc.Arbitrary<Request> = fc.record(
  {
    id: fc.integer({ min: 1, max: 12 }),
    tag: fc.option(fc.constantFrom('a', 'b', 'c', 'd')),
    parent: fc.option(fc.constantFrom(1, 2, 99)),
    text: fc.oneof(
      { weight: 4, arbitrary: fc.string({ maxLength: 4 }) },
      { weight: 1, arbitrary: fc.constant('far too long') },
    ),
  },
  { requiredKeys: ['id', 'text'] },
)

/** What a request alone would have met, given the rows before it. */
function expectedOutcome(stored: readonly Request[], { id, tag, parent, text }: Request): readonly string[] {
  if (text.length > 8) return ['INVALID_VALUE']
  const codes: string[] = []
  if (parent === 99) codes.push('INVALID_VALUE')
  if (stored.some((row) => row.id === id || (typeof tag === 'string' && row.tag === tag))) codes.push('DUPLICATE_KEY')
  return codes.length > 0 ? codes : ['ok']
}

async function send(cellar: Cellar, row: Request): Promise<{ code: string; version: number }> {
  try {
    const result = await cellar.insert(shared, row, { returnRows: true })
    const [stored] = (result as unknown as { rows: { id: number; loud: string }[] }).rows
    expect(stored).toMatchObject({ id: row.id, loud: row.text.toUpperCase() })
    return { code: 'ok', version: result.version }
  } catch (error) {
    return { code: (error as { code: string }).code, version: 0 }
  }
}

test('concurrent inserts that share statements end as if each had run alone, one after the other', async () => {
  const { cellar } = scene
  await cellar.insert(parents, [{ id: 1 }, { id: 2 }])
  await fc.assert(
    fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 40 }), async (requests) => {
      await cellar.delete(shared)
      const outcomes = await Promise.all(requests.map((row) => send(cellar, row)))
      const winners = outcomes
        .map(({ code, version }, place) => ({ code, version, row: requests[place] as Request }))
        .filter(({ code }) => code === 'ok')
        .sort((a, b) => a.version - b.version)
      // Some order of the requests explains the outcomes: the winners one after the other, then everybody else.
      const stored: Request[] = []
      for (const { row } of winners) {
        expect(expectedOutcome(stored, row)).toEqual(['ok'])
        stored.push(row)
      }
      for (const [place, row] of requests.entries()) {
        const { code } = outcomes[place] as { code: string }
        if (code !== 'ok') expect(expectedOutcome(stored, row)).toContain(code)
      }
      const rows = await cellar.from(shared).collect()
      expect(rows.map((row) => row.id).sort()).toEqual(stored.map((row) => row.id).sort())
      const versions = new Set(winners.map(({ version }) => version))
      expect(versions.size).toBe(winners.length)
      const numbered = await scene.sql('select id::int, "_version"::int as version from cellar_data.shared order by 2')
      expect(numbered).toEqual(winners.map(({ row, version }) => ({ id: row.id, version })))
    }),
    { numRuns: 40 },
  )
})

test('requests do share statements: many at once take far fewer transactions than requests', async () => {
  const { cellar } = scene
  const results = await Promise.all(
    Array.from({ length: 200 }, (_, id) => cellar.insert(shared, { id, text: `t${id}` })),
  )
  expect(new Set(results.map((result) => result.version)).size).toBe(200)
  const [counted] = await scene.sql(
    `select count(distinct xid)::int as n from cellar.versions where operation = 'insert'`,
  )
  expect(counted?.n).toBeLessThan(20)
})

test('an insert outside the handle of an open transaction is refused, though its statement could run elsewhere', async () => {
  const { cellar } = scene
  const inside = cellar.transaction(async (tx) => {
    await tx.insert(parents, { id: 1 })
    await cellar.insert(parents, { id: 2 })
  })
  await expect(inside).rejects.toMatchObject({ code: 'TRANSACTION_REENTRY' })
  expect(await cellar.from(parents).count()).toBe(0)
})
