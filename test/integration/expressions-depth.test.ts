import { concat, defineTable, type NumExpr, t } from 'cellar'
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

it('takes 10,000 conditions and parts side by side, and refuses them nested', { timeout: 60_000 }, async () => {
  const rows = await scene.cellar
    .from(deep)
    .where((c) => {
      let condition = c.n.gt(0)
      for (let count = 0; count < 10_000; count += 1) condition = condition.and(c.n.gt(0))
      return condition
    })
    .select((c) => ({ length: concat(...Array.from({ length: 10_000 }, () => c.name)).length() }))
    .collect()
  expect(rows).toEqual([{ length: 10_000 }])
  expect(() => scene.cellar.from(deep).select((c) => ({ n: sum(c.n, 10_000) }))).toThrow(
    expect.objectContaining({ code: 'INVALID_DECLARATION' }),
  )
})
