import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { types } from './kinds.ts'
import { readPostgresTime } from './postgres-time.ts'
import { invalid } from './testing/refusal.ts'

const type = types.timestamp

describe('t.timestamp', () => {
  test('keeps every millisecond that both Date and Postgres have', () => {
    const min = new Date(Date.UTC(-4713, 10, 24))
    fc.assert(
      fc.property(fc.date({ min, noInvalidDate: true }), (date) => {
        // Postgres gives back what it was sent, with a blank for T and an offset in hours.
        const text = String(type.encode(type.parse(date)))
          .replace('T', ' ')
          .replace(/Z( BC)?$/, '+00$1')
        expect(type.decode(text).getTime()).toBe(date.getTime())
        expect(type.parse(date.toISOString()).getTime()).toBe(date.getTime())
      }),
    )
  })

  test.each([
    ['2024-05-01T12:00:00Z', '2024-05-01T12:00:00.000Z'],
    ['2024-05-01 12:00:00.5z', '2024-05-01T12:00:00.500Z'],
    ['2024-05-01T12:00Z', '2024-05-01T12:00:00.000Z'],
    ['2024-02-29T23:30:00+02:00', '2024-02-29T21:30:00.000Z'],
    ['2024-01-01T00:00:00-0530', '2024-01-01T05:30:00.000Z'],
    ['2024-01-01T00:00:00.1239999+00', '2024-01-01T00:00:00.123Z'],
    ['0099-01-01T00:00:00Z', '0099-01-01T00:00:00.000Z'],
    ['+012345-01-01T00:00:00Z', '+012345-01-01T00:00:00.000Z'],
  ])('reads %s', (text, iso) => {
    expect(type.parse(text).toISOString()).toBe(iso)
    expect(type.toWire(type.parseWire(text))).toBe(iso)
  })

  test('takes a day for its first moment in UTC, except on the wire, whose format is date-time', () => {
    expect(type.parse('2024-05-01').toISOString()).toBe('2024-05-01T00:00:00.000Z')
    expect(type.parseText('2024-05-01').toISOString()).toBe('2024-05-01T00:00:00.000Z')
    expect(() => type.parseWire('2024-05-01')).toThrowError(invalid)
  })

  test.each([
    '2024-05-01T12:00:00',
    '2023-02-29T00:00:00Z',
    '1900-02-29T00:00:00Z',
    '2024-13-01T00:00:00Z',
    '2024-00-01T00:00:00Z',
    '2024-05-01T24:00:00Z',
    '2024-05-01T12:60:00Z',
    '2024-05-01T12:00:60Z',
    '2024-05-01T12:00:00+24:00',
    '2024-05-01T12:00:00 Europe/Berlin',
    'May 1, 2024',
    '1714564800',
    '-005000-01-01T00:00:00Z',
    '',
  ])('refuses %j', (text) => {
    expect(() => type.parse(text)).toThrowError(invalid)
  })

  test.each([new Date(Number.NaN), 1_714_564_800_000, null, new Date(-8.64e15)])('refuses %s', (value) => {
    expect(() => type.parse(value)).toThrowError(invalid)
  })

  test('takes no Date on the wire', () => {
    expect(() => type.parseWire(new Date())).toThrowError(invalid)
  })
})

describe('the text of a timestamp from Postgres', () => {
  test.each([
    ['2024-05-01 12:00:00+00', '2024-05-01T12:00:00.000Z'],
    ['2024-05-01 12:00:00.5+00', '2024-05-01T12:00:00.500Z'],
    ['2024-05-01 12:00:00.12+00', '2024-05-01T12:00:00.120Z'],
    ['2024-05-01 12:00:00.123+00', '2024-05-01T12:00:00.123Z'],
    ['2024-05-01 12:00:00.123456+00', '2024-05-01T12:00:00.123Z'],
    ['2024-05-01 12:00:00+05:30', '2024-05-01T06:30:00.000Z'],
    ['1890-01-01 00:53:28+00:53:28', '1890-01-01T00:00:00.000Z'],
    ['2024-05-01 12:00:00-07', '2024-05-01T19:00:00.000Z'],
    ['0001-01-01 00:00:00+00', '0001-01-01T00:00:00.000Z'],
    ['0001-12-31 23:59:59.001+00 BC', '0000-12-31T23:59:59.001Z'],
    ['0044-03-15 00:00:00+00 BC', '-000043-03-15T00:00:00.000Z'],
    ['12345-01-01 00:00:00.123+00', '+012345-01-01T00:00:00.123Z'],
    ['infinity', '+275760-09-13T00:00:00.000Z'],
    ['-infinity', '-271821-04-20T00:00:00.000Z'],
  ])('%s is %s', (text, iso) => {
    expect(readPostgresTime(text).toISOString()).toBe(iso)
  })
})
