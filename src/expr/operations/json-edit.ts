import { types } from '../../types/kinds.ts'
import { sql } from '../../util/sql.ts'
import type { Evaluator } from '../evaluator.ts'
import { buildJson, mergeJson, parseJsonText, removeAt, setAt } from './json-changes.ts'
import type { Step } from './json-functions.ts'
import { constantOf, type Operation, strict, strictEvaluator } from './operation.ts'

/** JSON made of values and of other JSON. */
export const JSON_EDITS = {
  /** The value in its wire form. */
  'json.of': {
    result: () => ({ type: types.json, nullable: true }),
    sql: null,
    evaluator: (operands, [node]) => strictEvaluator(operands, (value) => node?.type.toWire(value) ?? null),
  },
  /** Operands: name, value, name, value and so on. */
  'json.object': {
    result: () => ({ type: types.json, nullable: false }),
    sql: null,
    evaluator: (operands) => {
      const at = (step: number) => operands.filter((_, index) => index % 2 === step)
      const [names, values] = [at(0), at(1)]
      return (context) =>
        buildJson(
          names.map((name) => String(name(context))),
          values.map((value) => value(context)),
        )
    },
  },
  'json.list': {
    result: () => ({ type: types.json, nullable: false }),
    sql: null,
    evaluator: (operands) => (context) =>
      buildJson(
        null,
        operands.map((value) => value(context)),
      ),
  },
  /** Operands: the JSON, the JSON to put in, the steps of the path as literals. */
  'json.set': {
    result: () => ({ type: types.json, nullable: true }),
    sql: null,
    evaluator: ([json, put], nodes) => {
      const path = nodes.slice(2).map(constantOf) as Step[]
      const [target, value] = [json as Evaluator, put as Evaluator]
      return (context) => setAt(target(context), path, value(context))
    },
  },
  'json.remove': {
    result: ([json]) => ({ type: types.json, nullable: json?.nullable ?? true }),
    sql: null,
    evaluator: (operands, nodes) => {
      const path = nodes.slice(1).map(constantOf) as Step[]
      return strictEvaluator(operands.slice(0, 1), (value) => removeAt(value, path))
    },
  },
  'json.merge': strict({
    type: types.json,
    nulls: 'always',
    sql: (a, b) => sql`cellar.json_merge(${a}, ${b})`,
    js: mergeJson,
  }),
  'json.concat': strict({
    type: types.json,
    nulls: 'always',
    sql: (a, b) => sql`cellar.json_concat(${a}, ${b})`,
    js: (a: unknown, b: unknown) => (Array.isArray(a) && Array.isArray(b) ? [...a, ...b] : null),
  }),
  'json.parse': strict({ type: types.json, nulls: 'always', sql: null, js: parseJsonText }),
} satisfies Record<string, Operation>
