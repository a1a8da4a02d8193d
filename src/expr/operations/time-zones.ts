import { types } from '../../types/kinds.ts'
import { type Operation, strict } from './operation.ts'
import { formatTime } from './time-format.ts'
import { dayOf, dayOfWeek, dayOfYear, isoWeek, quarter } from './time-functions.ts'
import { toWall, truncateInZone, zoneOffset } from './zone-functions.ts'

/** Parts of what clocks show. */
const WALL_PARTS: Readonly<Record<string, (wall: Date) => number>> = {
  year: (wall) => wall.getUTCFullYear(),
  month: (wall) => wall.getUTCMonth() + 1,
  day: (wall) => wall.getUTCDate(),
  hour: (wall) => wall.getUTCHours(),
  minute: (wall) => wall.getUTCMinutes(),
  second: (wall) => wall.getUTCSeconds(),
  dayOfWeek,
  dayOfYear,
  week: (wall) => isoWeek(wall).week,
  isoYear: (wall) => isoWeek(wall).year,
  quarter,
}

/** In JavaScript only: the time zone database of Postgres can be another one. The zone is a literal. */
export const TIME_ZONES = {
  'timestamp.zone-part': strict({
    type: types.int,
    sql: null,
    js: (a: Date, zone: string, part: string) => WALL_PARTS[part]?.(toWall(a, zone)) ?? null,
  }),
  /** Minutes ahead of UTC; offsets of the 19th century also have seconds, which are cut off. */
  'timestamp.zone-offset': strict({
    type: types.int,
    sql: null,
    js: (a: Date, zone: string) => Math.trunc(zoneOffset(a.getTime(), zone) / 60_000) + 0,
  }),
  'timestamp.zone-date': strict({
    type: types.date,
    nulls: 'always',
    sql: null,
    js: (a: Date, zone: string) => dayOf(toWall(a, zone)),
  }),
  'timestamp.zone-truncate': strict({ type: types.timestamp, nulls: 'always', sql: null, js: truncateInZone }),
  'timestamp.zone-format': strict({
    type: types.string,
    sql: null,
    js: (a: Date, zone: string, pattern: string) => formatTime(toWall(a, zone), pattern),
  }),
  'timestamp.format': strict({ type: types.string, sql: null, js: formatTime }),
} satisfies Record<string, Operation>
