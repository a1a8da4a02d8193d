import { describe, expect, test } from 'vitest'
import { types } from './kinds.ts'
import { createUuid7 } from './uuid7.ts'

const timeOf = (id: string) => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)

describe('uuid7', () => {
  test('is of version 7 and variant 10, and holds the time', () => {
    const at = Date.now() + 1_000_000
    const id = createUuid7(at)
    expect(types.uuid.parse(id)).toBe(id)
    expect([id[14], '89ab'.includes(id[19] ?? '-')]).toEqual(['7', true])
    expect(timeOf(id)).toBe(at)
  })

  test('increases within a millisecond, and when the clock goes back', () => {
    const at = Date.now() + 2_000_000
    const ids = [...Array.from({ length: 20_000 }, () => createUuid7(at)), createUuid7(at - 5000), createUuid7(at + 1)]
    expect(ids).toEqual([...ids].sort())
    expect(new Set(ids).size).toBe(ids.length)
  })
})
