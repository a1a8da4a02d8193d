import { expect, it } from 'vitest'
import { requestIdFrom } from './request-id.ts'

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const trace = '4bf92f3577b34da6a3ce929d0e0e4736'

it('keeps what the caller calls it', () => {
  expect(requestIdFrom('a-1_b.c:d', undefined)).toBe('a-1_b.c:d')
  expect(requestIdFrom('mine', `00-${trace}-00f067aa0ba902b7-01`)).toBe('mine')
})

it.each(['', 'a b', 'ä', 'x'.repeat(65), 'a\r\nb', '<script>'])('makes a new one for %j', (given) => {
  expect(requestIdFrom(given, undefined)).toMatch(UUID)
})

it('takes the trace of the caller', () => {
  expect(requestIdFrom(undefined, `00-${trace}-00f067aa0ba902b7-01`)).toBe(trace)
  expect(requestIdFrom('not well formed', `00-${trace}-00f067aa0ba902b7-01`)).toBe(trace)
  expect(requestIdFrom(undefined, 'nonsense')).toMatch(UUID)
})
