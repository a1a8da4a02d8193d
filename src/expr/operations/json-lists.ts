import { arrayType } from '../../types/array.ts'
import type { ColumnType } from '../../types/column-type.ts'
import { sortKeys } from '../../types/json-value.ts'
import { types } from '../../types/kinds.ts'
import { type Fragment, sql } from '../../util/sql.ts'
import { keptJson } from './json-changes.ts'
import { isJsonObject, jsonAt, jsonEquals, type Step } from './json-functions.ts'
import { constantOf, type Operation, strict, strictEvaluator } from './operation.ts'

type Js = (...operands: never[]) => unknown
type Sql = ((...operands: Fragment[]) => Fragment) | null

/** Null where the JSON is of another kind than the operation is for. */
const answer = (type: ColumnType, js: Js, facet: Sql = null): Operation =>
  strict({ type, nulls: 'always', sql: facet, js })

/** A number made of the numbers of a list; other elements do not count. */
function ofNumbers(combine: (numbers: readonly number[]) => number): Operation {
  return answer(types.float, (a: unknown) => {
    if (!Array.isArray(a)) return null
    const numbers = a.filter((element) => typeof element === 'number')
    return numbers.length === 0 ? null : combine(numbers)
  })
}

const names = (object: Readonly<Record<string, unknown>>) => sortKeys(Object.keys(object))
const total = (numbers: readonly number[]) => numbers.reduce((sum, value) => sum + value)

/** What lists and objects hold. Members come in the order of `jsonb`. */
export const JSON_LISTS = {
  'json.keys': answer(arrayType(types.string), (a: unknown) => (isJsonObject(a) ? names(a) : null)),
  'json.values': answer(types.json, (a: unknown) => (isJsonObject(a) ? names(a).map((name) => a[name]) : null)),
  'json.entries': answer(types.json, (a: unknown) =>
    isJsonObject(a) ? keptJson(names(a).map((name) => [name, a[name]])) : null,
  ),
  'json.contains': answer(types.bool, (a: unknown, b: unknown) =>
    Array.isArray(a) ? a.some((element) => jsonEquals(element, b)) : null,
  ),
  'json.has': answer(
    types.bool,
    (a: unknown, name: string) => (isJsonObject(a) ? Object.hasOwn(a, name) : null),
    (a, name) => sql`cellar.json_has(${a}, ${name})`,
  ),
  'json.is-empty': answer(
    types.bool,
    (a: unknown) => (Array.isArray(a) ? a.length === 0 : isJsonObject(a) ? Object.keys(a).length === 0 : null),
    (a) => sql`cellar.json_is_empty(${a})`,
  ),
  'json.flatten': answer(types.json, (a: unknown) => (Array.isArray(a) ? a.flat() : null)),
  /** Operands: the list or object, then the steps of the path as literals. */
  'json.each': {
    result: () => ({ type: types.json, nullable: true }),
    sql: null,
    evaluator: (operands, nodes) => {
      const path = nodes.slice(1).map(constantOf) as Step[]
      return strictEvaluator(operands.slice(0, 1), (a) => {
        const parts = Array.isArray(a) ? a : isJsonObject(a) ? names(a).map((name) => a[name]) : null
        return parts?.map((part) => jsonAt(part, path)).filter((value) => value !== null) ?? null
      })
    },
  },
  'json.sum': ofNumbers(total),
  'json.mean': ofNumbers((numbers) => total(numbers) / numbers.length),
  'json.min': ofNumbers((numbers) => numbers.reduce((a, b) => Math.min(a, b))),
  'json.max': ofNumbers((numbers) => numbers.reduce((a, b) => Math.max(a, b))),
} satisfies Record<string, Operation>
