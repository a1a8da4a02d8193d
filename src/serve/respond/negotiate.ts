import { CellarError } from '../../errors/cellar-error.ts'

/** A form of the rows of a list. */
export type Format = 'json' | 'ndjson' | 'csv'

const TYPES: Readonly<Record<Format, string>> = {
  json: 'application/json',
  ndjson: 'application/x-ndjson',
  csv: 'text/csv',
}
export const CONTENT_TYPES: Readonly<Record<Format, string>> = {
  ...TYPES,
  csv: 'text/csv; charset=utf-8; header=present',
}

/** Headers that are remembered with what they came to; clients send few different ones. */
const REMEMBERED = 64
const MAX_LENGTH = 2000

/** Chooses the form that a request likes best; without a wish the first. */
export type Negotiate = (accept: string | undefined) => Format

/** @throws (when called) NOT_ACCEPTABLE */
export function compileNegotiation(offered: readonly [Format, ...Format[]]): Negotiate {
  const known = new Map<string, Format | undefined>()
  const [first] = offered
  return (accept) => {
    if (accept === undefined || accept === '' || accept === '*/*' || accept === TYPES[first]) return first
    if (!known.has(accept)) {
      if (known.size >= REMEMBERED) known.clear()
      known.set(accept, choose(offered, accept))
    }
    const chosen = known.get(accept)
    if (chosen) return chosen
    throw new CellarError('NOT_ACCEPTABLE', { offered: offered.map((format) => TYPES[format]).join(', ') })
  }
}

const EVENTS = 'text/event-stream'

/** True for those who name events and like nothing better. */
export function prefersEvents(accept: string | undefined): boolean {
  if (!accept?.toLowerCase().includes(EVENTS)) return false
  const ranges = parseAccept(accept)
  const quality = qualityOf(EVENTS, ranges)
  return quality > 0 && quality >= qualityOf(TYPES.json, ranges)
}

interface Range {
  readonly type: string
  readonly quality: number
}

function choose(offered: readonly Format[], accept: string): Format | undefined {
  const ranges = parseAccept(accept)
  let best: { readonly format: Format; readonly quality: number } | undefined
  for (const format of offered) {
    const quality = qualityOf(TYPES[format], ranges)
    if (quality > (best?.quality ?? 0)) best = { format, quality }
  }
  return best?.format
}

/** What the most specific range says counts (RFC 9110, 12.5.1). */
function qualityOf(type: string, ranges: readonly Range[]): number {
  const [major] = type.split('/')
  for (const wanted of [type, `${major}/*`, '*/*']) {
    const found = ranges.find((range) => range.type === wanted)
    if (found) return found.quality
  }
  return 0
}

function parseAccept(accept: string): readonly Range[] {
  return accept
    .slice(0, MAX_LENGTH)
    .split(',')
    .map((part) => {
      const [type = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase())
      const given = parameters.find((text) => text.startsWith('q='))?.slice(2)
      const quality = given === undefined ? 1 : Number(given)
      return { type, quality: quality >= 0 && quality <= 1 ? quality : 0 }
    })
}
