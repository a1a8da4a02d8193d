import { types } from '../../types/kinds.ts'
import { sql } from '../../util/sql.ts'
import { type Operation, strict } from './operation.ts'
import { addMilliseconds, addMonths, MONTHS, monthsBetween, truncate, UNITS } from './time-functions.ts'

/** A unit is a literal such as 'month'. */
export const TIME_ARITHMETIC = {
  'timestamp.add-milliseconds': strict({
    type: types.timestamp,
    nulls: 'always',
    sql: (a, count) => sql`cellar.utc_add(${a}, ${count})`,
    js: addMilliseconds,
  }),
  'timestamp.add-months': strict({
    type: types.timestamp,
    nulls: 'always',
    sql: (a, count) => sql`cellar.utc_add_months(${a}, ${count})`,
    js: addMonths,
  }),
  /** Milliseconds from the second to the first. */
  'timestamp.diff': strict({
    type: types.int,
    sql: (a, b) => sql`(cellar.utc_epoch(${a}) - cellar.utc_epoch(${b}))`,
    js: (a: Date, b: Date) => a.getTime() - b.getTime(),
  }),
  /** Whole units from the second to the first. */
  'timestamp.diff-units': strict({
    type: types.int,
    sql: null,
    js: (a: Date, b: Date, unit: string) => {
      const months = MONTHS[unit]
      const count = months === undefined ? a.getTime() - b.getTime() : monthsBetween(b, a)
      return Math.trunc(count / (months ?? UNITS[unit] ?? 1)) + 0
    },
  }),
  'timestamp.truncate': strict({
    type: types.timestamp,
    sql: (a, unit) => sql`cellar.utc_truncate(${a}, ${unit})`,
    js: truncate,
  }),
} satisfies Record<string, Operation>
