import { hash } from 'node:crypto'
import { types } from '../../types/kinds.ts'
import { type Fragment, hole, joinSql, sql } from '../../util/sql.ts'
import { escapeLike, type LikePattern, matchesLike, parseLike } from './like.ts'
import { constantOf, type Operation, ownNulls, strict, strictEvaluator } from './operation.ts'
import { codePointLength, replaceFirst, sliceCodePoints } from './text-functions.ts'
import { WHITE_SPACE } from './white-space.ts'

const text = (spec: { sql: ((...operands: Fragment[]) => Fragment) | null; js: (...operands: never[]) => unknown }) =>
  strict({ type: types.string, ...spec })
const test = (spec: { sql: (...operands: Fragment[]) => Fragment; js: (...operands: never[]) => unknown }) =>
  strict({ type: types.bool, ...spec })

/**
 * A search whose pattern is known when the statement is compiled becomes `like` with that pattern, which Postgres does
 * twice as fast as working it out for each row.
 */
function search(pattern: (part: string) => string, operation: Operation): Operation {
  const { sql: anyPart } = operation
  return {
    ...operation,
    sql: (operands, nodes) => {
      const part = constantOf(nodes[1])
      if (typeof part !== 'string' || !operands[0]) return anyPart?.(operands, nodes) ?? sql`null`
      return sql`(${operands[0]} like (${hole(pattern(part))}::text collate "C"))`
    },
  }
}

/**
 * Text is a sequence of code points: length and slice count them, so that a slice never cuts a character that takes
 * two UTF-16 units, and equals Postgres' own count. Case mapping is JavaScript's, which no SQL equals for all text.
 */
/** Parts of a concatenation that stand side by side. */
const MAX_FLAT = 8

/** Postgres nests what stands side by side from the left: many parts are put together by halves, far from its limit. */
function concatenation(parts: readonly Fragment[]): Fragment {
  if (parts.length <= MAX_FLAT) return sql`(${joinSql(parts, ' || ')})`
  const half = parts.length >> 1
  return sql`(${concatenation(parts.slice(0, half))} || ${concatenation(parts.slice(half))})`
}

export const TEXT_OPERATIONS = {
  'text.lower': text({ sql: null, js: (a: string) => a.toLowerCase() }),
  'text.upper': text({ sql: null, js: (a: string) => a.toUpperCase() }),
  'text.trim': text({ sql: (a) => sql`btrim(${a}, ${WHITE_SPACE})`, js: (a: string) => a.trim() }),
  'text.trim-start': text({ sql: (a) => sql`ltrim(${a}, ${WHITE_SPACE})`, js: (a: string) => a.trimStart() }),
  'text.trim-end': text({ sql: (a) => sql`rtrim(${a}, ${WHITE_SPACE})`, js: (a: string) => a.trimEnd() }),
  /** An empty text to find changes nothing, here and in `replace-all`. */
  'text.replace': text({
    sql: (a, find, by) => sql`cellar.text_replace_first(${a}, ${find}, ${by})`,
    js: replaceFirst,
  }),
  'text.replace-all': text({
    sql: (a, find, by) => sql`replace(${a}, ${find}, ${by})`,
    js: (a: string, find: string, by: string) => (find === '' ? a : a.replaceAll(find, () => by)),
  }),
  /** Operands: the text, and as floats where it starts and, if given, ends; negative ones count from the end. */
  'text.slice': text({
    sql: (a, start, end) => sql`cellar.text_slice(${a}, ${start}, ${end ?? sql`'infinity'::float8`})`,
    js: (a: string, start: number, end = Number.POSITIVE_INFINITY) => sliceCodePoints(a, start, end),
  }),
  'text.contains': search(
    (part) => `%${escapeLike(part)}%`,
    test({
      sql: (a, part) => sql`(${a} like cellar.like_containing(${part}))`,
      js: (a: string, part: string) => a.includes(part),
    }),
  ),
  'text.starts-with': search(
    (part) => `${escapeLike(part)}%`,
    test({
      sql: (a, part) => sql`starts_with(${a}, ${part})`,
      js: (a: string, part: string) => a.startsWith(part),
    }),
  ),
  'text.ends-with': test({
    sql: (a, part) => sql`(right(${a}, length(${part})) = ${part})`,
    js: (a: string, part: string) => a.endsWith(part),
  }),
  /** `%` any text, `_` one character, `\` takes the next one literally; a last single `\` stands for itself. */
  'text.like': ownNulls({
    type: types.bool,
    sql: (a, pattern) => sql`(${a} like cellar.like_pattern(${pattern}))`,
    evaluator: (operands, nodes) => {
      const literal = constantOf(nodes[1])
      const parsed = typeof literal === 'string' ? parseLike(literal) : undefined
      const patternOf: (pattern: string) => LikePattern = parsed ? () => parsed : parseLike
      return strictEvaluator(operands, (a, pattern) => matchesLike(a as string, patternOf(pattern as string)))
    },
  }),
  'text.length': strict({ type: types.int, sql: (a) => sql`length(${a})::int8`, js: codePointLength }),
  'text.concat': text({
    sql: (...parts) => concatenation(parts),
    js: (...parts: string[]) => parts.join(''),
  }),
  /** MD5 of the UTF-8 bytes, in hex: an order that looks random and is always the same. */
  'text.md5': text({
    sql: (a) => sql`(md5(${a}) collate "C")`,
    js: (a: string) => hash('md5', a, 'hex'),
  }),
  'uuid.to-text': text({ sql: (a) => sql`(${a}::text collate "C")`, js: (a: string) => a }),
} satisfies Record<string, Operation>
