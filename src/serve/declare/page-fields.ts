import type { ColumnSpec } from '../../types/column-spec.ts'
import { intType } from '../../types/int.ts'
import { types } from '../../types/kinds.ts'
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from '../page-sizes.ts'
import type { Constraint, InputField, PageWords } from '../route-spec.ts'

const optional = { primaryKey: false, unique: false } as const

const limit: ColumnSpec = {
  ...optional,
  type: intType({ min: 1, max: MAX_PAGE_SIZE }),
  nullable: false,
  default: { kind: 'value', value: DEFAULT_PAGE_SIZE },
  comment: 'Rows of a page at most.',
}
const after: ColumnSpec = {
  ...optional,
  type: types.string,
  nullable: true,
  comment: 'What the page before gave as `next`.',
}

/** The words of paging that are inputs of a route: those that its query does not declare itself. */
export function pageWords(declared: object): PageWords {
  return Object.freeze({ limit: !Object.hasOwn(declared, 'limit'), after: !Object.hasOwn(declared, 'after') })
}

/** Says in OpenAPI that it is no text of the caller's; whether it is a cursor is found out where it is read. */
const CURSOR: Constraint = Object.freeze({ schema: { format: 'cursor' }, check: () => undefined })

export function pageFields(words: PageWords): readonly InputField[] {
  return [
    ...(words.limit ? [fieldOf('limit', limit)] : []),
    ...(words.after ? [{ ...fieldOf('after', after), constraint: CURSOR }] : []),
  ]
}

function fieldOf(name: string, column: ColumnSpec): InputField {
  const { nullable } = column
  return { name, column, source: 'body', required: false, nullable, hasDefault: false }
}
