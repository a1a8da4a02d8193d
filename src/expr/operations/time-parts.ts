import type { ColumnType } from '../../types/column-type.ts'
import { types } from '../../types/kinds.ts'
import { type Fragment, sql } from '../../util/sql.ts'
import { type Operation, strict } from './operation.ts'
import { dayOf, dayOfWeek, dayOfYear, isoWeek, moment, quarter } from './time-functions.ts'

const utc = (a: Fragment) => sql`(${a} at time zone 'UTC')`

function part(sqlOf: (utc: Fragment) => Fragment, js: (a: Date) => number, type: ColumnType = types.int): Operation {
  return strict({ type, sql: (a) => sqlOf(utc(a)), js })
}

/** Parts of a moment in UTC; those of a date are those of its first moment. */
export const TIME_PARTS = {
  'timestamp.minute': part(
    (a) => sql`extract(minute from ${a})::int8`,
    (a) => a.getUTCMinutes(),
  ),
  'timestamp.second': part(
    (a) => sql`trunc(extract(second from ${a}))::int8`,
    (a) => a.getUTCSeconds(),
  ),
  'timestamp.millisecond': part(
    (a) => sql`(trunc(extract(millisecond from ${a}))::int8 % 1000)`,
    (a) => a.getUTCMilliseconds(),
  ),
  'timestamp.day-of-week': part((a) => sql`extract(isodow from ${a})::int8`, dayOfWeek),
  'timestamp.day-of-year': part((a) => sql`extract(doy from ${a})::int8`, dayOfYear),
  'timestamp.week': part(
    (a) => sql`extract(week from ${a})::int8`,
    (a) => isoWeek(a).week,
  ),
  'timestamp.iso-year': strict({
    type: types.int,
    sql: (a) => sql`cellar.utc_iso_year(${a})`,
    js: (a: Date) => isoWeek(a).year,
  }),
  'timestamp.quarter': part((a) => sql`extract(quarter from ${a})::int8`, quarter),
  /** Milliseconds since 1970. */
  'timestamp.epoch': strict({
    type: types.int,
    sql: (a) => sql`cellar.utc_epoch(${a})`,
    js: (a: Date) => a.getTime(),
  }),
  'timestamp.from-epoch': strict({
    type: types.timestamp,
    nulls: 'always',
    sql: (a) => sql`cellar.utc_moment(${a})`,
    js: moment,
  }),
  /** The day in UTC; dates have the years 1 to 9999. */
  'timestamp.to-date': strict({
    type: types.date,
    nulls: 'always',
    sql: (a) => sql`(case when cellar.utc_year(${a}) between 1 and 9999 then ${utc(a)}::date end)`,
    js: dayOf,
  }),
  'date.to-timestamp': strict({
    type: types.timestamp,
    sql: (a) => sql`(${a}::timestamp at time zone 'UTC')`,
    js: (a: string) => new Date(a),
  }),
} satisfies Record<string, Operation>
