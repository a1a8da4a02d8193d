import { joinSql, sql } from '../../util/sql.ts'
import type { Operation } from './operation.ts'
import { firstType } from './operation.ts'

export const COALESCE_OPERATIONS = {
  /** Operands have one type; the first that is not null. */
  coalesce: {
    result: (operands) => ({ type: firstType(operands), nullable: operands.every((operand) => operand.nullable) }),
    sql: (operands) => sql`coalesce(${joinSql(operands, ', ')})`,
    evaluator: (operands) => (context) => {
      for (const operand of operands) {
        const value = operand(context)
        if (value !== null) return value
      }
      return null
    },
  },
} satisfies Record<string, Operation>
