import { types } from '../../types/kinds.ts'
import { type Fragment, sql } from '../../util/sql.ts'
import { type Operation, strict } from './operation.ts'
import { capitalize, foldCase, hasCase, swapCase, titleCase } from './text-case-functions.ts'
import { WHITE_SPACE } from './white-space.ts'

type Map = (text: string) => string
type Test = (text: string) => boolean

/** What a character is and what its other case is depends on the version of Unicode, so these run in JavaScript. */
const mapping = (js: Map) => strict({ type: types.string, sql: null, js })
const test = (js: Test, inSql: ((text: Fragment) => Fragment) | null = null) =>
  strict({ type: types.bool, sql: inSql, js })
const only = (pattern: RegExp) => test((text) => pattern.test(text))

export const TEXT_CASE_OPERATIONS = {
  'text.capitalize': mapping(capitalize),
  'text.title': mapping(titleCase),
  'text.swap-case': mapping(swapCase),
  'text.fold-case': mapping(foldCase),
  'text.is-alpha': only(/^\p{L}+$/u),
  'text.is-alphanumeric': only(/^[\p{L}\p{N}]+$/u),
  'text.is-digit': only(/^\p{Nd}+$/u),
  'text.is-numeric': only(/^\p{N}+$/u),
  'text.is-space': test(
    (text) => text !== '' && text.trim() === '',
    (text) => sql`(${text} <> '' and btrim(${text}, ${WHITE_SPACE}) = '')`,
  ),
  'text.is-ascii': test(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are ASCII
    (text) => /^[\x00-\x7f]*$/.test(text),
    (text) => sql`(octet_length(${text}) = length(${text}))`,
  ),
  'text.is-lower': test((text) => hasCase(text) && text === text.toLowerCase()),
  'text.is-upper': test((text) => hasCase(text) && text === text.toUpperCase()),
  'text.is-identifier': only(/^[\p{ID_Start}_$][\p{ID_Continue}$\u200c\u200d]*$/u),
  'text.is-title': test((text) => hasCase(text) && text === titleCase(text)),
} satisfies Record<string, Operation>
