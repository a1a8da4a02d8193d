import { describe, expect, test } from 'vitest'
import { callNode } from '../expr/call-node.ts'
import { caseWhen } from '../expr/case-when.ts'
import { coalesce } from '../expr/coalesce.ts'
import { defineFunction } from '../expr/define-function.ts'
import { defineTable } from '../schema/define-table.ts'
import type { AnyTable } from '../schema/table.ts'
import type { TableSpec } from '../schema/table-spec.ts'
import { specOfTable } from '../schema/table-value.ts'
import { t } from '../types/t.ts'
import { dependentsOf, eagerColumns, withDependencies } from './column-graph.ts'
import { planCells } from './plan-cells.ts'

const double = defineFunction({ name: 'plan_double', args: { n: t.int() }, returns: t.int(), run: ({ n }) => n * 2 })
const triple = defineFunction({ name: 'plan_triple', args: { n: t.int() }, returns: t.int(), run: ({ n }) => n * 3 })

const layout = (table: AnyTable, wanted?: ReadonlySet<string>) =>
  planCells(specOfTable(table), wanted).steps.map((step) => (step.kind === 'call' ? step.definition.name : step.name))

const numbers = defineTable('numbers', { id: t.int().primaryKey(), n: t.int().nullable(), m: t.int() })

describe('steps', () => {
  test('stand after the steps that they depend on', () => {
    const table = numbers
      .computed('a', (c) => double({ n: triple({ n: c.m }) }))
      .computed('b', (c) => double({ n: c.a }))
    expect(layout(table)).toEqual(['plan_triple', 'plan_double', 'a', 'plan_double', 'b'])
    for (const step of planCells(specOfTable(table)).steps)
      for (const before of step.after) expect(before).toBeLessThan(step.index)
  })

  test('call equal sub-expressions of a column once', () => {
    const table = numbers.computed('a', (c) => double({ n: c.m }).add(double({ n: c.m })))
    expect(layout(table)).toEqual(['plan_double', 'a'])
  })

  test('of calls in branches carry the conditions of these', () => {
    const table = numbers.computed('a', (c) => caseWhen([[c.m.gt(5), double({ n: c.m })]], triple({ n: c.m })))
    const calls = planCells(specOfTable(table)).steps.filter((step) => step.kind === 'call')
    expect(calls.map(({ needed }) => needed?.map((guards) => guards.map(({ test: name }) => name)))).toEqual([
      [['true']],
      [['not-true']],
    ])
  })

  test('of a call that stands in a branch and outside are needed always', () => {
    const table = numbers.computed('a', (c) => caseWhen([[c.m.gt(5), double({ n: c.m })]], 0).add(double({ n: c.m })))
    const [call] = planCells(specOfTable(table)).steps
    expect(call).toMatchObject({ kind: 'call', needed: undefined })
  })

  test('of calls whose conditions depend on each other do not wait in a circle', () => {
    const table = numbers.computed('a', (c) =>
      caseWhen(
        [
          [c.m.gt(10), caseWhen([[double({ n: c.m }).gt(1), triple({ n: c.m })]], 0)],
          [c.m.lt(0), caseWhen([[triple({ n: c.m }).gt(1), double({ n: c.m })]], 0)],
        ],
        0,
      ),
    )
    expect(layout(table).toSorted()).toEqual(['a', 'plan_double', 'plan_triple'])
  })

  test('of coalesce are needed when what stands before is null', () => {
    const table = numbers.computed('a', (c) => coalesce(c.n, double({ n: c.m })))
    const [call] = planCells(specOfTable(table)).steps
    expect(call).toMatchObject({ kind: 'call', needed: [[{ test: 'null' }]] })
  })
})

describe('a plan', () => {
  const table = numbers
    .computed('a', (c) => c.m.add(1))
    .computed('b', (c) => c.a.add(c.n))
    .computed('late', (c) => c.a.add(2), { mode: 'deferred' })
    .computed('later', (c) => c.late.add(1))
  const spec = specOfTable(table)

  test('leaves out deferred columns and what reads them', () => {
    expect(planCells(spec).outputs.map(({ name }) => name)).toEqual(['a', 'b'])
  })

  test('names the columns that have to be in the rows', () => {
    expect([...planCells(spec).inputs].toSorted()).toEqual(['m', 'n'])
    expect([...planCells(spec, new Set(['b'])).inputs].toSorted()).toEqual(['a', 'n'])
  })

  test('is made once for a table and a set of columns', () => {
    expect(planCells(spec, new Set(['a', 'b']))).toBe(planCells(spec, new Set(['b', 'a'])))
  })

  test('refuses a column that is not computed', () => {
    expect(() => planCells(spec, new Set(['m']))).toThrow(expect.objectContaining({ code: 'UNKNOWN_COLUMN' }))
    expect(() => planCells(spec, new Set(['constructor']))).toThrow(expect.objectContaining({ code: 'UNKNOWN_COLUMN' }))
  })

  test('leaves out columns whose function is not loaded, and says which function that is', () => {
    const plan = planCells(withMissingFunction(spec))
    expect(plan.outputs.map(({ name }) => name)).toEqual(['a'])
    expect(plan.unavailable).toEqual([
      { column: 'b', function: 'plan_missing@1' },
      { column: 'c', function: 'plan_missing@1' },
    ])
  })

  test('takes a missing function up as soon as it is loaded', () => {
    const lacking = withMissingFunction(spec)
    planCells(lacking)
    const run = ({ n }: { readonly n: number }) => n
    defineFunction({ name: 'plan_missing', version: '1', args: { n: t.int() }, returns: t.int(), run })
    expect(planCells(lacking).unavailable).toEqual([])
  })
})

describe('the columns', () => {
  const table = numbers
    .computed('a', (c) => c.m.add(1))
    .computed('b', (c) => c.n.add(1))
    .computed('c', (c) => c.a.add(c.b))
    .computed('d', (c) => c.c.add(1), { mode: 'deferred' })
    .computed('e', (c) => c.d.add(1))
  const spec = specOfTable(table)

  test('that a change reaches are the dependents, also through others', () => {
    expect([...dependentsOf(spec, ['n'])]).toEqual(['b', 'c', 'd', 'e'])
    expect([...dependentsOf(spec, ['id'])]).toEqual([])
  })

  test('that a column needs are found through others', () => {
    expect([...withDependencies(spec, ['c'])].toSorted()).toEqual(['a', 'b', 'c'])
  })

  test('that are eager read no deferred one', () => {
    expect([...eagerColumns(spec)]).toEqual(['a', 'b', 'c'])
  })
})

function withMissingFunction(spec: TableSpec): TableSpec {
  const { a } = spec.computed
  if (!a) throw new TypeError('the table has a column a')
  const call = callNode({
    function: { name: 'plan_missing', version: '1' },
    definition: undefined,
    args: { n: a.node },
    type: a.type,
    nullable: false,
  })
  const withColumns = specOfTable(
    defineTable('lacking', { m: t.int() })
      .computed('a', (c) => c.m.add(1))
      .computed('b', (c) => c.a.add(1))
      .computed('c', (c) => c.b.add(1)),
  )
  const { b } = withColumns.computed
  if (!b) throw new TypeError('the table has a column b')
  return { ...withColumns, computed: { ...withColumns.computed, b: { ...b, node: call } } }
}
