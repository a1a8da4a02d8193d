import type { ColumnType } from '../../types/column-type.ts'
import { types } from '../../types/kinds.ts'
import { type Fragment, sql } from '../../util/sql.ts'
import type { ExprNode } from '../node.ts'
import { jsonAt, jsonEquals, type Step } from './json-functions.ts'
import { constantOf, type Operation, ownNulls, strict, strictEvaluator } from './operation.ts'

/** What a JSON value is as one type; nullable, since it may be of another. */
function answer(type: ColumnType, sql: (value: Fragment) => Fragment, js: (value: unknown) => unknown): Operation {
  return strict({ type, nulls: 'always', sql, js })
}

/** Of a JSON value of another type than asked for, the answer is null. */
export const JSON_OPERATIONS = {
  /** Operands: the JSON value, then the steps of the path as literals: text names a member, an int an element. */
  'json.at': {
    result: () => ({ type: types.json, nullable: true }),
    sql: (operands, nodes) => atSql(operands, nodes),
    evaluator: (operands, nodes) => {
      const path = nodes.slice(1).map(constantOf) as Step[]
      return strictEvaluator(operands.slice(0, 1), (value) => jsonAt(value, path))
    },
  },
  'json.as-text': answer(
    types.string,
    (a) => sql`(cellar.json_text(${a}) collate "C")`,
    (a: unknown) => (typeof a === 'string' ? a : null),
  ),
  'json.as-int': answer(
    types.int,
    (a) => sql`cellar.json_int(${a})`,
    (a: unknown) => (Number.isSafeInteger(a) ? a : null),
  ),
  'json.as-float': answer(
    types.float,
    (a) => sql`cellar.json_float(${a})`,
    (a: unknown) => (typeof a === 'number' ? a : null),
  ),
  'json.as-bool': answer(
    types.bool,
    (a) => sql`cellar.json_bool(${a})`,
    (a: unknown) => (typeof a === 'boolean' ? a : null),
  ),
  'json.length': answer(
    types.int,
    (a) => sql`cellar.json_length(${a})`,
    (a: unknown) => (Array.isArray(a) ? a.length : null),
  ),
  'json.eq': ownNulls({
    type: types.bool,
    sql: (a, b) => sql`(${a} = ${b})`,
    evaluator: (operands) => strictEvaluator(operands, jsonEquals),
  }),
  /** `JSON.stringify` writes numbers as JavaScript does. */
  'json.to-text': strict({ type: types.string, sql: null, js: (a: unknown) => JSON.stringify(a) }),
} satisfies Record<string, Operation>

/** `->` with a number takes a scalar for an array of one, and gives JSON null where the answer is null. */
function atSql([value, ...steps]: readonly Fragment[], [, ...nodes]: readonly ExprNode[]): Fragment {
  let result = value as Fragment
  for (const [index, step] of steps.entries())
    result =
      typeof constantOf(nodes[index]) === 'string'
        ? sql`(${result} -> ${step})`
        : sql`cellar.json_element(${result}, ${step}::int4)`
  return sql`nullif(${result}, 'null'::jsonb)`
}
