import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { types } from './kinds.ts'
import { invalid } from './testing/refusal.ts'

const { binary } = types

describe('t.binary', () => {
  test('keeps all bytes, as a plain Uint8Array', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const read = binary.decode(`\\x${Buffer.from(bytes).toString('hex')}`)
        expect(read).toEqual(bytes)
        expect(read.constructor).toBe(Uint8Array)
        expect(binary.parseWire(binary.toWire(bytes))).toEqual(bytes)
        expect(binary.fromStoredJson(binary.toStoredJson(bytes))).toEqual(bytes)
      }),
    )
  })

  test('takes buffers of any kind in the library', () => {
    expect([...binary.parse(Buffer.from('a'))]).toEqual([97])
    expect(binary.parse(new ArrayBuffer(2))).toEqual(new Uint8Array(2))
    for (const value of ['YQ==', [1], null]) expect(() => binary.parse(value)).toThrowError(invalid)
  })

  test.each(['YQ', 'Y===', 'Y Q=', 'YQ=a', '-_-_', 5])('refuses %j as base64', (value) => {
    expect(() => binary.parseWire(value)).toThrowError(invalid)
  })
})
