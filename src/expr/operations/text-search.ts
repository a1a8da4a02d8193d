import { types } from '../../types/kinds.ts'
import { sql } from '../../util/sql.ts'
import { type Operation, strict } from './operation.ts'
import { codePointLength } from './text-functions.ts'

type Find = (text: string, part: string) => number

/** Positions are counted in characters; units of UTF-16 find the same places, since text has no half characters. */
const position = (find: Find) => (text: string, part: string) => {
  const unit = find(text, part)
  return unit === -1 ? -1 : codePointLength(text.slice(0, unit))
}
const first: Find = (text, part) => text.indexOf(part)
const last: Find = (text, part) => text.lastIndexOf(part)

const before = (find: Find) => (text: string, part: string) => {
  const unit = find(text, part)
  return unit === -1 ? null : text.slice(0, unit)
}
const after = (find: Find) => (text: string, part: string) => {
  const unit = find(text, part)
  return unit === -1 ? null : text.slice(unit + part.length)
}

const text = types.string

export const TEXT_SEARCH_OPERATIONS = {
  'text.count': strict({
    type: types.int,
    sql: (a, part) => sql`cellar.text_count(${a}, ${part})`,
    js: (a: string, part: string) => (part === '' ? 0 : a.split(part).length - 1),
  }),
  'text.index-of': strict({
    type: types.int,
    sql: (a, part) => sql`(strpos(${a}, ${part}) - 1)::int8`,
    js: position(first),
  }),
  'text.last-index-of': strict({
    type: types.int,
    sql: (a, part) => sql`cellar.text_last_index(${a}, ${part})::int8`,
    js: position(last),
  }),
  'text.before': strict({
    type: text,
    nulls: 'always',
    sql: (a, part) => sql`cellar.text_before(${a}, ${part})`,
    js: before(first),
  }),
  'text.after': strict({
    type: text,
    nulls: 'always',
    sql: (a, part) => sql`cellar.text_after(${a}, ${part})`,
    js: after(first),
  }),
  'text.before-last': strict({
    type: text,
    nulls: 'always',
    sql: (a, part) => sql`cellar.text_before_last(${a}, ${part})`,
    js: before(last),
  }),
  'text.after-last': strict({
    type: text,
    nulls: 'always',
    sql: (a, part) => sql`cellar.text_after_last(${a}, ${part})`,
    js: after(last),
  }),
  'text.remove-prefix': strict({
    type: text,
    sql: (a, prefix) => sql`cellar.text_remove_prefix(${a}, ${prefix})`,
    js: (a: string, prefix: string) => (a.startsWith(prefix) ? a.slice(prefix.length) : a),
  }),
  'text.remove-suffix': strict({
    type: text,
    sql: (a, suffix) => sql`cellar.text_remove_suffix(${a}, ${suffix})`,
    js: (a: string, suffix: string) => (a.endsWith(suffix) ? a.slice(0, a.length - suffix.length) : a),
  }),
} satisfies Record<string, Operation>
