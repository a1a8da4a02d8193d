import { expect, test } from 'vitest'
import type { TableSpec } from '../schema/table-spec.ts'
import {
  filledName,
  keyColumnsOf,
  primaryKeyName,
  referenceName,
  referencingColumnOf,
  uniqueName,
} from './constraint-names.ts'

const long = 'c'.repeat(59)
const path = 'p'.repeat(48)
const spec = {
  path,
  order: ['id', 'title', long, `${long.slice(1)}x`],
  primaryKey: ['id', 'title'],
} as unknown as TableSpec

test('a violated constraint leads back to its columns', () => {
  expect(keyColumnsOf(spec, primaryKeyName(path))).toEqual(['id', 'title'])
  for (const column of spec.order) {
    expect(keyColumnsOf(spec, uniqueName(path, column))).toEqual([column])
    expect(referencingColumnOf(spec, referenceName(path, column))).toBe(column)
  }
  expect(keyColumnsOf(spec, 'something$else')).toBeUndefined()
})

test('no name is longer than Postgres keeps, and none meets another', () => {
  const names = spec.order.flatMap((column) =>
    [uniqueName, referenceName, filledName].map((name) => name(path, column)),
  )
  expect(names.filter((name) => Buffer.byteLength(name) > 63)).toEqual([])
  expect(new Set(names).size).toBe(names.length)
})
