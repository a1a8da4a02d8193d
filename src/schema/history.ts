import { CellarError } from '../errors/cellar-error.ts'
import type { HistorySpec } from './table-spec.ts'

const DAY = 86_400_000
const UNITS = { m: 60_000, h: 3_600_000, d: DAY, w: 7 * DAY, y: 365 * DAY }
const KEEP = /^([1-9]\d{0,5})([mhdwy])$/

/** The time that replaced rows are kept when a declaration does not say. */
const DEFAULT_HISTORY: HistorySpec = Object.freeze({ keep: '30d' })

/** @throws INVALID_DECLARATION unless `keep` is a count with a unit, such as `30d` */
export function parseHistory(path: string, history: HistorySpec | undefined): HistorySpec {
  if (history === undefined) return DEFAULT_HISTORY
  if (typeof history === 'boolean') return history
  if (keepMilliseconds(history) === undefined) {
    const reason = `history.keep is ${JSON.stringify(history.keep)}, not a time such as '12h', '30d' or '1y'`
    throw new CellarError('INVALID_DECLARATION', { subject: `table ${path}`, reason })
  }
  return Object.freeze({ keep: history.keep })
}

/** How long replaced rows are kept, in milliseconds; undefined where there is no limit. */
export function keepMilliseconds(history: HistorySpec): number | undefined {
  if (typeof history === 'boolean') return undefined
  const match = KEEP.exec(history.keep)
  return match ? Number(match[1]) * UNITS[match[2] as keyof typeof UNITS] : undefined
}
