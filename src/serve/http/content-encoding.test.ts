import { expect, it } from 'vitest'
import { encodedTag, givenTags, isCompressible, negotiateEncoding } from './content-encoding.ts'

it.each([
  [undefined, undefined],
  ['', undefined],
  ['identity', undefined],
  ['gzip', 'gzip'],
  ['gzip, deflate, br, zstd', 'zstd'],
  ['gzip, deflate, br', 'br'],
  ['gzip;q=1, br;q=0.5', 'gzip'],
  ['br;q=0, gzip', 'gzip'],
  ['*', 'zstd'],
  ['*;q=0', undefined],
  ['gzip;q=0', undefined],
  ['GZIP', 'gzip'],
  ['gzip;q=nonsense', undefined],
] as const)('of %j takes %j', (header, encoding) => {
  expect(negotiateEncoding(header)).toBe(encoding)
})

it('compresses text, and no media', () => {
  for (const type of [
    'application/json',
    'text/html; charset=utf-8',
    'application/problem+json',
    'application/x-ndjson',
    'text/csv',
    'image/svg+xml',
  ])
    expect(isCompressible(type)).toBe(true)
  for (const type of [
    'image/png',
    'video/mp4',
    'application/pdf',
    'application/octet-stream',
    'application/zip',
    'application/jsonish',
  ])
    expect(isCompressible(type)).toBe(false)
})

it('gives tags back as they were', () => {
  expect(encodedTag('"a"', 'br')).toBe('"a+br"')
  expect(encodedTag('W/"a"', 'br')).toBe('W/"a"')
  expect(givenTags('"a+br", W/"b", "c+x+gzip", *')).toEqual(['"a"', 'W/"b"', '"c+x"', '*'])
  expect(givenTags(undefined)).toBe(undefined)
})
