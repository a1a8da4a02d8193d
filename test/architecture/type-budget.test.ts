import { expect, test } from 'vitest'
import baseline from '../../bench/types/baseline.json' with { type: 'json' }
import { costOfRoute, measureTypes } from '../../bench/types/measure-types.ts'

/** For 200 tables, queries and routes; time is printed by `node bench/types/run.ts` and gates nothing. */
const BUDGET = { instantiations: 510_000, megabytes: 165 }
const SLACK = 1.1

test('200 tables with 200 queries and 200 routes are checked within the budget', async () => {
  const costs = await measureTypes()
  for (const name of ['chain', 'routers'] as const) {
    expect(costs[name].instantiations, name).toBeLessThanOrEqual(SLACK * BUDGET.instantiations)
    expect(costs[name].megabytes, name).toBeLessThanOrEqual(SLACK * BUDGET.megabytes)
    expect(costs[name].instantiations, name).toBeLessThanOrEqual(SLACK * baseline[name].instantiations)
  }
  expect(costOfRoute(costs)).toBeLessThanOrEqual(SLACK * costOfRoute(baseline))
})
