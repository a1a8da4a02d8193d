import { types } from '../../types/kinds.ts'
import { joinSql, sql } from '../../util/sql.ts'
import type { Evaluator } from '../evaluator.ts'
import { type Operation, ownNulls, strict } from './operation.ts'

/** Three-valued: one operand that decides is enough, null stands for "unknown". */
function junction(word: 'and' | 'or', deciding: boolean): Operation {
  return ownNulls({
    type: types.bool,
    sql: (...operands) => sql`(${joinSql(operands, ` ${word} `)})`,
    evaluator: (operands) => junctionEvaluator(operands, deciding),
  })
}

function junctionEvaluator(operands: readonly Evaluator[], deciding: boolean): Evaluator {
  return (context) => {
    let unknown = false
    for (let index = 0; index < operands.length; index += 1) {
      const value = (operands[index] as Evaluator)(context)
      if (value === deciding) return deciding
      if (value === null) unknown = true
    }
    return unknown ? null : !deciding
  }
}

export const BOOLEAN_OPERATIONS = {
  'bool.and': junction('and', false),
  'bool.or': junction('or', true),
  'bool.not': strict({ type: types.bool, sql: (a) => sql`(not ${a})`, js: (a: boolean) => !a }),
  'bool.to-text': strict({
    type: types.string,
    sql: (a) => sql`(${a}::text collate "C")`,
    js: (a: boolean) => String(a),
  }),
} satisfies Record<string, Operation>
