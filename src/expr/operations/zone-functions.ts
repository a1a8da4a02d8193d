import { utcMilliseconds } from '../../types/calendar.ts'
import { MONTHS, moment, startOf, UNITS } from './time-functions.ts'

const DAY = 86_400_000
/** The last moment of `Date`. */
const LATEST = 8.64e15
const formats = new Map<string, Intl.DateTimeFormat>()

/** @throws RangeError for a zone that the time zone database does not have */
export function zoneFormat(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone)
  if (known) return known
  const format = new Intl.DateTimeFormat('en-US-u-ca-gregory', {
    timeZone: zone,
    hourCycle: 'h23',
    era: 'short',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  formats.set(zone, format)
  return format
}

/** Milliseconds by which clocks of the zone are ahead of UTC. */
export function zoneOffset(moment: number, zone: string): number {
  // In the last days of `Date` what clocks show may lie beyond it.
  const time = Math.min(moment, LATEST - 2 * DAY)
  const parts: Record<string, string> = {}
  for (const { type, value } of zoneFormat(zone).formatToParts(time)) parts[type] = value
  const [year, month, day, hour, minute, second] = ['year', 'month', 'day', 'hour', 'minute', 'second'].map((name) =>
    Number(parts[name]),
  ) as [number, number, number, number, number, number]
  const astronomical = parts.era?.startsWith('B') ? 1 - year : year
  const wall = utcMilliseconds(astronomical, month, day, ((hour * 60 + minute) * 60 + second) * 1000)
  return wall - Math.floor(time / 1000) * 1000
}

/** What clocks of the zone show, as if it were a moment in UTC. */
export function toWall(date: Date, zone: string): Date {
  return new Date(Math.min(date.getTime() + zoneOffset(date.getTime(), zone), LATEST))
}

/**
 * When clocks of the zone show this: the first time where they do twice. A time that they skip is read with the
 * offset before the change, so it comes out as much later as the clocks were put forward.
 */
function fromWall(wall: number, zone: string): number {
  const [before, after] = [zoneOffset(wall - DAY, zone), zoneOffset(wall + DAY, zone)]
  for (const offset of [before, after].sort((a, b) => b - a))
    if (zoneOffset(wall - offset, zone) === offset) return wall - offset
  return wall - before
}

/** The start of the unit by the clocks of the zone. */
export function truncateInZone(date: Date, zone: string, unit: string): Date | null {
  const wall = toWall(date, zone).getTime()
  const start = startOf(unit, wall)
  const short = MONTHS[unit] === undefined && (UNITS[unit] ?? 0) < DAY
  // Within an hour that the clocks show twice, the start is the one just passed.
  return moment(short ? date.getTime() - (wall - start) : fromWall(start, zone))
}
