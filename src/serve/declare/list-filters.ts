import { columnRefNode } from '../../expr/column-ref-node.ts'
import { applyOperation, type OperationName } from '../../expr/operations/table.ts'
import { parameterNode } from '../../expr/parameter-node.ts'
import type { Source } from '../../expr/source.ts'
import { arrayType } from '../../types/array.ts'
import { types } from '../../types/kinds.ts'
import type { InputField, ListFilter, OutputField } from '../route-spec.ts'

interface Test {
  readonly word: string
  readonly operation: OperationName
  readonly describe: string
}

const EQUAL: Test = { word: '', operation: 'eq', describe: 'equal' }
const ORDER: readonly Test[] = [
  { word: '.ne', operation: 'ne', describe: 'not equal; null is neither' },
  { word: '.lt', operation: 'lt', describe: 'less' },
  { word: '.lte', operation: 'lte', describe: 'less or equal' },
  { word: '.gt', operation: 'gt', describe: 'greater' },
  { word: '.gte', operation: 'gte', describe: 'greater or equal' },
]
const TEXT: readonly Test[] = [
  { word: '.contains', operation: 'text.contains', describe: 'has it in it' },
  { word: '.startsWith', operation: 'text.starts-with', describe: 'starts with it' },
]

/** A column can be filtered and sorted by when its values have an order in the database. */
export const isFilterable = ({ type }: OutputField): boolean => type.ordered && type.scalar

/** The conditions on a column, by the names that they have in a query string. */
export function filtersOf(column: OutputField): readonly ListFilter[] {
  const { name, type, nullable } = column
  const node = (source: Source) => columnRefNode(name, column, null, source)
  const compare = ({ word, operation }: Test): ListFilter => {
    const parameter = parameterNode(name + word, { type, nullable: false })
    return { name: name + word, type, condition: (source) => applyOperation(operation, node(source), parameter) }
  }
  const list = parameterNode(`${name}.in`, { type: arrayType(type), nullable: false })
  const one: ListFilter = {
    name: `${name}.in`,
    type: list.type,
    condition: (source) => applyOperation('in', node(source), list),
  }
  const missing: ListFilter = {
    name: `${name}.null`,
    type: types.bool,
    condition: (source) =>
      applyOperation(
        'eq',
        applyOperation('is-null', node(source)),
        parameterNode(`${name}.null`, { type: types.bool, nullable: false }),
      ),
  }
  const tests = [EQUAL, ...ORDER, ...(type.kind === 'string' ? TEXT : [])]
  return [...tests.map(compare), one, ...(nullable ? [missing] : [])]
}

const DESCRIPTIONS = new Map([EQUAL, ...ORDER, ...TEXT].map(({ word, describe }) => [word, describe]))

export function filterField({ name, type }: ListFilter): InputField {
  const word = name.includes('.') ? name.slice(name.indexOf('.')) : ''
  const comment = `Only rows whose value is ${DESCRIPTIONS.get(word) ?? (word === '.in' ? 'one of these' : 'null, or is not')}.`
  return Object.freeze({
    name,
    column: { type, nullable: false, primaryKey: false, unique: false, comment },
    source: 'body',
    required: false,
    nullable: false,
    hasDefault: false,
  })
}
