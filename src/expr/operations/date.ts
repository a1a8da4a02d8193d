import { types } from '../../types/kinds.ts'
import { sql } from '../../util/sql.ts'
import { type Operation, strict } from './operation.ts'

/** Dates are text of the form YYYY-MM-DD. */
export const DATE_OPERATIONS = {
  'date.year': strict({
    type: types.int,
    sql: (a) => sql`extract(year from ${a})::int8`,
    js: (a: string) => Number(a.slice(0, -6)),
  }),
  'date.month': strict({
    type: types.int,
    sql: (a) => sql`extract(month from ${a})::int8`,
    js: (a: string) => Number(a.slice(-5, -3)),
  }),
  'date.day': strict({
    type: types.int,
    sql: (a) => sql`extract(day from ${a})::int8`,
    js: (a: string) => Number(a.slice(-2)),
  }),
  'date.to-text': strict({
    type: types.string,
    sql: (a) => sql`(to_char(${a}, 'YYYY-MM-DD') collate "C")`,
    js: (a: string) => a,
  }),
} satisfies Record<string, Operation>
