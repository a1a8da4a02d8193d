import { arrayType } from '../../types/array.ts'
import { types } from '../../types/kinds.ts'
import { sql } from '../../util/sql.ts'
import { type Operation, strict } from './operation.ts'
import {
  center,
  padEnd,
  padStart,
  repeatText,
  splitLines,
  splitText,
  wrapLines,
  zeroPad,
} from './text-shape-functions.ts'

const text = types.string
const texts = arrayType(types.string)

/** Widths and limits are whole numbers of the declaration. */
export const TEXT_SHAPE_OPERATIONS = {
  'text.pad-start': strict({
    type: text,
    sql: (a, width, fill) => sql`cellar.text_pad_start(${a}, ${width}, ${fill})`,
    js: padStart,
  }),
  'text.pad-end': strict({
    type: text,
    sql: (a, width, fill) => sql`cellar.text_pad_end(${a}, ${width}, ${fill})`,
    js: padEnd,
  }),
  'text.center': strict({
    type: text,
    sql: (a, width, fill) => sql`cellar.text_center(${a}, ${width}, ${fill})`,
    js: center,
  }),
  'text.zero-pad': strict({ type: text, sql: (a, width) => sql`cellar.text_zero_pad(${a}, ${width})`, js: zeroPad }),
  'text.reverse': strict({ type: text, sql: (a) => sql`reverse(${a})`, js: (a: string) => [...a].reverse().join('') }),
  'text.repeat': strict({
    type: text,
    nulls: 'always',
    sql: (a, times) => sql`cellar.text_repeat(${a}, ${times})`,
    js: repeatText,
  }),
  'text.split': strict({
    type: texts,
    sql: (a, separator) => sql`(cellar.text_split(${a}, ${separator}) collate "C")`,
    js: splitText,
  }),
  'text.split-lines': strict({ type: texts, sql: null, js: splitLines }),
  'text.wrap-lines': strict({ type: texts, sql: null, js: wrapLines }),
  /** Postgres normalizes by the version of Unicode that it was built with. */
  'text.normalize': strict({ type: text, sql: null, js: (a: string, form: string) => a.normalize(form) }),
} satisfies Record<string, Operation>
