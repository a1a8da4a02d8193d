import { Buffer } from 'node:buffer'

export type ParseValue = (text: string) => unknown

export const asText: ParseValue = (text) => text

function parseInt8(text: string): number | bigint {
  const number = Number(text)
  return Number.isSafeInteger(number) ? number : BigInt(text)
}

/** Postgres prints `2024-01-02 03:04:05.678+00`, years beyond 9999 with more digits, and ` BC` for years before 1. */
const TIMESTAMP = /^(\d{4,})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d+))?([+-])(\d\d)(?::(\d\d))?(?::(\d\d))?( BC)?$/

function parseTimestamp(text: string): Date {
  const parts = TIMESTAMP.exec(text)
  if (parts === null) return new Date(text === 'infinity' || text === '-infinity' ? Number.NaN : text)
  const [, year, month, day, hour, minute, second, fraction = '', sign, zoneHour, zoneMinute, zoneSecond, bc] = parts
  const date = new Date(0)
  date.setUTCFullYear(bc === undefined ? Number(year) : 1 - Number(year), Number(month) - 1, Number(day))
  date.setUTCHours(Number(hour), Number(minute), Number(second), Math.floor(Number(`0.${fraction}0`) * 1000 + 1e-6))
  const zone = (Number(zoneHour) * 60 + Number(zoneMinute ?? 0)) * 60 + Number(zoneSecond ?? 0)
  return zone === 0 ? date : new Date(date.getTime() - (sign === '-' ? -zone : zone) * 1000)
}

const parseBytes: ParseValue = (text) => Buffer.from(text.slice(2), 'hex')

/** By type OID; the types that are not here stay text. */
const PARSERS: ReadonlyMap<number, ParseValue> = new Map<number, ParseValue>([
  [16, (text) => text === 't'],
  [17, parseBytes],
  [20, parseInt8],
  [21, Number],
  [23, Number],
  [26, Number],
  [114, JSON.parse],
  [700, Number],
  [701, Number],
  [1184, parseTimestamp],
  [3802, JSON.parse],
])

export function parserOf(oid: number): ParseValue {
  return PARSERS.get(oid) ?? asText
}
