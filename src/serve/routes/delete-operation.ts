import type { Session } from '../../database/database.ts'
import { columnRefNode } from '../../expr/column-ref-node.ts'
import { literalNode } from '../../expr/literal-node.ts'
import type { ExprNode } from '../../expr/node.ts'
import { operationNode } from '../../expr/operation-node.ts'
import { types } from '../../types/kinds.ts'
import { Lazy } from '../lazy.ts'
import type { DeleteRouteSpec, InputField } from '../route-spec.ts'
import { callerOf } from './caller.ts'
import { changed } from './if-match.ts'
import type { Operation } from './operation.ts'

export const deletes = new Lazy(() => import('../../store/delete-rows.ts'))

export function compileDelete(spec: DeleteRouteSpec): Operation {
  return async (call) => {
    const { deleteRows } = deletes.now ?? (await deletes.load())
    const where = conditionOf(spec.inputs, call.values)
    const { finish, accept } = call
    const { count } = await deleteRows(call.binding.context, spec.table, {
      where,
      ...callerOf(call),
      ...(accept && { accept }),
      ...(finish && { alongside: (session: Session, deleted: number) => finish(session, { num_rows: deleted }) }),
    })
    // A row that is gone is not the one that was read.
    if (count === 0 && accept) throw changed(spec.tableSpec.path)
    return { body: { num_rows: count } }
  }
}

/** Every match column equals its value. None of the values is null: match columns are required and not nullable. */
function conditionOf(fields: readonly InputField[], values: Readonly<Record<string, unknown>>): ExprNode {
  const equal = fields.map(({ name, column: { type, nullable } }) =>
    operationNode({
      operation: 'eq',
      operands: [columnRefNode(name, { type, nullable }, null), literalNode(values[name], type)],
      type: types.bool,
      nullable,
    }),
  )
  const nullable = equal.some((node) => node.nullable)
  return equal.reduce((left, right) =>
    operationNode({ operation: 'bool.and', operands: [left, right], type: types.bool, nullable }),
  )
}
