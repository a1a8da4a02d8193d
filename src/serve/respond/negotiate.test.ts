import { describe, expect, it } from 'vitest'
import { compileNegotiation } from './negotiate.ts'

describe('the form of an answer', () => {
  const negotiate = compileNegotiation(['json', 'ndjson', 'csv'])

  it.each([
    [undefined, 'json'],
    ['', 'json'],
    ['*/*', 'json'],
    ['application/json', 'json'],
    ['application/*', 'json'],
    ['text/*', 'csv'],
    ['text/csv', 'csv'],
    ['TEXT/CSV; charset=utf-8', 'csv'],
    ['application/x-ndjson', 'ndjson'],
    ['application/json, */*', 'json'],
    ['application/json;q=0.5, text/csv', 'csv'],
    ['text/csv;q=0.5, application/x-ndjson;q=0.7, */*;q=0.1', 'ndjson'],
    ['application/json;q=0, */*', 'ndjson'],
    ['text/csv;q=0, text/*;q=0.9, */*;q=0.1', 'json'],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'json'],
  ])('is for Accept: %s %s', (accept, format) => {
    expect(negotiate(accept)).toBe(format)
    expect(negotiate(accept)).toBe(format)
  })

  it.each(['text/html', 'application/json;q=0', 'application/xml, image/*', ';;,,', 'text/csv;q=no', '*/*;q=0'])(
    'is refused for Accept: %s',
    (accept) => {
      for (const _ of [1, 2]) expect(() => negotiate(accept)).toThrow(/application\/x-ndjson/)
    },
  )

  it('is worked out again when many different headers came', () => {
    for (let n = 0; n < 300; n += 1) expect(negotiate(`text/csv;n=${n}`)).toBe('csv')
  })
})
