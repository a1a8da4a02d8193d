import { types } from '../../types/kinds.ts'
import { sql } from '../../util/sql.ts'
import type { Evaluator } from '../evaluator.ts'
import type { ExprNode } from '../node.ts'
import { jsonAt } from './json-functions.ts'
import { constantOf, type Operation, ownNulls } from './operation.ts'

/** The state of a cell that has its value. */
const OK = 'ok'

/** Operands: the row's `_cells` and the name of the column. Without an entry the cell is fine. */
export const CELL_OPERATIONS = {
  'cell.state': ownNulls({
    type: types.string,
    nulls: 'never',
    sql: (cells, column) => sql`(coalesce(cellar.json_text(${cells} -> ${column} -> 'state'), 'ok') collate "C")`,
    evaluator: (operands, nodes) => entryEvaluator(operands, nodes, 'state', OK),
  }),
  'cell.error': ownNulls({
    type: types.string,
    nulls: 'always',
    sql: (cells, column) => sql`(cellar.json_text(${cells} -> ${column} -> 'message') collate "C")`,
    evaluator: (operands, nodes) => entryEvaluator(operands, nodes, 'message', null),
  }),
} satisfies Record<string, Operation>

function entryEvaluator(
  [cells]: readonly Evaluator[],
  nodes: readonly ExprNode[],
  member: string,
  otherwise: string | null,
): Evaluator {
  const operand = cells as Evaluator
  const path = [constantOf(nodes[1]) as string, member]
  return (context) => {
    const value = jsonAt(operand(context), path)
    return typeof value === 'string' ? value : otherwise
  }
}
