import { givenTags } from '../http/content-encoding.ts'

export interface ByteRange {
  readonly start: number
  /** Inclusive. */
  readonly end: number
}

const RANGE = /^bytes=(\d{0,15})-(\d{0,15})$/

/**
 * One range of a Range header. `undefined` for what is answered in full: no header, several ranges, another unit;
 * `null` when the range lies outside.
 */
export function parseByteRange(header: string | undefined, bytes: number): ByteRange | null | undefined {
  const [, first, last] = RANGE.exec(header?.trim() ?? '') ?? []
  if (first === undefined || last === undefined || (first === '' && last === '')) return undefined
  if (first === '') {
    const length = Math.min(Number(last), bytes)
    return length === 0 ? null : { start: bytes - length, end: bytes - 1 }
  }
  const start = Number(first)
  const end = last === '' ? bytes - 1 : Math.min(Number(last), bytes - 1)
  if (last !== '' && Number(last) < start) return undefined
  return start >= bytes ? null : { start, end }
}

/** Whether an If-None-Match header names the tag; weak tags count. */
export function namesTag(header: string | undefined, tag: string): boolean {
  return givenTags(header)?.some((given) => given === '*' || given.replace(/^W\//, '') === tag) ?? false
}
