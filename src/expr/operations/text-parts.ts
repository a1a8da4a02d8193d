import { arrayType } from '../../types/array.ts'
import { types } from '../../types/kinds.ts'
import { type Fragment, sql } from '../../util/sql.ts'
import { type Operation, strict } from './operation.ts'
import { partition, partitionLast, replaceSlice, splitEnd, splitLimited, trimOf } from './text-part-functions.ts'

const text = types.string
const texts = arrayType(types.string)

const parts = (fragment: Fragment) => sql`(${fragment} collate "C")`

/** Texts taken apart, and with parts taken off. Limits are whole numbers of the declaration, from 1. */
export const TEXT_PARTS = {
  /** Operands: the text, and the characters to take off, in any order. */
  'text.trim-of': strict({
    type: text,
    sql: (a, characters) => sql`btrim(${a}, ${characters})`,
    js: (a: string, characters: string) => trimOf(a, characters, 'both'),
  }),
  'text.trim-start-of': strict({
    type: text,
    sql: (a, characters) => sql`ltrim(${a}, ${characters})`,
    js: (a: string, characters: string) => trimOf(a, characters, 'start'),
  }),
  'text.trim-end-of': strict({
    type: text,
    sql: (a, characters) => sql`rtrim(${a}, ${characters})`,
    js: (a: string, characters: string) => trimOf(a, characters, 'end'),
  }),
  'text.partition': strict({
    type: texts,
    sql: (a, separator) => parts(sql`cellar.text_partition(${a}, ${separator})`),
    js: partition,
  }),
  'text.partition-last': strict({
    type: texts,
    sql: (a, separator) => parts(sql`cellar.text_partition_last(${a}, ${separator})`),
    js: partitionLast,
  }),
  'text.split-limited': strict({
    type: texts,
    sql: (a, separator, limit) => parts(sql`cellar.text_split_limited(${a}, ${separator}, ${limit})`),
    js: splitLimited,
  }),
  'text.split-end': strict({
    type: texts,
    sql: (a, separator, limit) => parts(sql`cellar.text_split_end(${a}, ${separator}, ${limit})`),
    js: splitEnd,
  }),
  /** Operands: the text, as floats where the slice starts and ends, and what comes in its place. */
  'text.replace-slice': strict({
    type: text,
    sql: (a, start, end, by) => sql`cellar.text_replace_slice(${a}, ${start}, ${end}, ${by})`,
    js: replaceSlice,
  }),
} satisfies Record<string, Operation>
