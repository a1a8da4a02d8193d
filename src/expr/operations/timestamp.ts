import { types } from '../../types/kinds.ts'
import { sql } from '../../util/sql.ts'
import { type Operation, strict } from './operation.ts'

/** Parts are those of UTC. The year before 1 is 0, as in JavaScript and ISO 8601; Postgres calls it -1. */
export const TIMESTAMP_OPERATIONS = {
  'timestamp.year': strict({
    type: types.int,
    sql: (a) => sql`cellar.utc_year(${a})`,
    js: (a: Date) => a.getUTCFullYear(),
  }),
  'timestamp.month': strict({
    type: types.int,
    sql: (a) => sql`extract(month from ${a} at time zone 'UTC')::int8`,
    js: (a: Date) => a.getUTCMonth() + 1,
  }),
  'timestamp.day': strict({
    type: types.int,
    sql: (a) => sql`extract(day from ${a} at time zone 'UTC')::int8`,
    js: (a: Date) => a.getUTCDate(),
  }),
  'timestamp.hour': strict({
    type: types.int,
    sql: (a) => sql`extract(hour from ${a} at time zone 'UTC')::int8`,
    js: (a: Date) => a.getUTCHours(),
  }),
  'timestamp.to-text': strict({
    type: types.string,
    sql: (a) => sql`(cellar.utc_text(${a}) collate "C")`,
    js: (a: Date) => a.toISOString(),
  }),
} satisfies Record<string, Operation>
