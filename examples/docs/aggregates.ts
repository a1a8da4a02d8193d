import assert from 'node:assert/strict'
import { count, defineAggregate, defineTable, open, t } from 'cellar'

const rates = defineTable('rates', { fund: t.string().primaryKey(), year: t.int().primaryKey(), rate: t.float() })
await using cellar = await open()
await cellar.apply([rates])
await cellar.insert(rates, [
  { fund: 'oak', year: 1, rate: 2 },
  { fund: 'oak', year: 2, rate: 4 },
  { fund: 'elm', year: 1, rate: 0.5 },
])

// #region define
const product = defineAggregate({
  name: 'product',
  args: { factor: t.float() },
  returns: t.float(),
  init: () => 1,
  update: (state, { factor }) => state * factor, // or change the state and return nothing
  value: (state) => state,
})

const growth = await cellar
  .from(rates)
  .groupBy((c) => ({ fund: c.fund }))
  .having((c) => product({ factor: c.rate }).gt(1))
  .select((c) => ({ fund: c.fund, growth: product({ factor: c.rate }), years: count() }))
  .collect()

const byYear = await cellar
  .from(rates)
  .select((c) => ({
    fund: c.fund,
    year: c.year,
    soFar: product({ factor: c.rate }).over({ partitionBy: c.fund, orderBy: c.year }),
  }))
  .orderBy((r) => [r.fund.asc(), r.year.asc()])
  .collect()
// #endregion
assert.deepEqual(growth, [{ fund: 'oak', growth: 8, years: 2 }])
assert.deepEqual(
  byYear.map((row) => row.soFar),
  [0.5, 2, 8],
)
