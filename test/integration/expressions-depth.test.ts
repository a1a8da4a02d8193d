import { concat, defineTable, type NumExpr, type TextExpr, t } from 'cellar'
import { beforeEach, expect, it } from 'vitest'
import { useCellar } from '../support/use-cellar.ts'

type Int = NumExpr<'int'>

function sum(n: Int, length: number): Int {
  let expr = n
  for (let count = 0; count < length; count += 1) expr = expr.add(1)
  return expr
}

const deep = defineTable('expr.deep', { id: t.int().primaryKey(), n: t.int(), name: t.string() }).computed('far', (c) =>
  sum(c.n, 499),
)
const scene = useCellar([deep])

beforeEach(async () => {
  await scene.cellar.insert(deep, [{ id: 1, n: 1, name: 'a' }])
})

it('computes the deepest expression in Postgres and in JavaScript', { timeout: 30_000 }, async () => {
  const rows = await scene.cellar
    .from(deep)
    .select((c) => ({ far: c.far, near: sum(c.n, 499) }))
    .collect()
  expect(rows).toEqual([{ far: 500, near: 500 }])
})

const MANY = 10_000

/** The same value so many times. */
const copies = <T>(value: T) => Array.from({ length: MANY }, () => value)

it('takes 10,000 conditions side by side', { timeout: 60_000 }, async () => {
  const { cellar } = scene
  const count = (condition: Parameters<ReturnType<typeof cellar.from<typeof deep>>['where']>[0]) =>
    cellar.from(deep).where(condition).count()
  expect(await count((c) => copies(c.n.gt(0)).reduce((all, next) => all.and(next)))).toBe(1)
  expect(await count((c) => copies(c.n.gt(1)).reduce((all, next) => all.or(next)))).toBe(0)
  expect(await count((c) => c.n.gt(0).and(...copies(c.n.gt(0))))).toBe(1)
  expect(await count((c) => c.n.gt(1).or(...copies(c.n.gt(1))))).toBe(0)
})

it('takes 10,000 parts of a text side by side', { timeout: 60_000 }, async () => {
  const select = (text: (c: { readonly name: TextExpr }) => TextExpr) =>
    scene.cellar
      .from(deep)
      .select((c) => ({ length: text(c).length() }))
      .collect()
  const texts = [
    ({ name }: { readonly name: TextExpr }) => concat(...copies(name)),
    ({ name }: { readonly name: TextExpr }) => name.concat(...copies(name).slice(1)),
    ({ name }: { readonly name: TextExpr }) => copies(name).reduce((all, next) => all.concat(next)),
  ]
  for (const text of texts) expect(await select(text)).toEqual([{ length: MANY }])
  // With values in between, which are parameters of the statement.
  expect(await select(({ name }) => concat(name, ...copies('b').slice(1)))).toEqual([{ length: MANY }])
})

it('refuses what is nested 10,000 times', () => {
  expect(() => scene.cellar.from(deep).select((c) => ({ n: sum(c.n, 10_000) }))).toThrow(
    expect.objectContaining({ code: 'INVALID_DECLARATION' }),
  )
})
