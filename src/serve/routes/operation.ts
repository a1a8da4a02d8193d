import type { Context } from 'hono'
import type { Session } from '../../database/database.ts'
import type { Binding } from '../binding.ts'
import type { InputValues } from '../request/input-parser.ts'
import type { Answer } from '../respond/answer.ts'
import type { MediaUrl } from '../respond/media-url.ts'
import type { RouteSpec } from '../route-spec.ts'
import { compileDelete } from './delete-operation.ts'
import { compileQueryOperation } from './query-operation.ts'
import { compileCompute, compileInsert, compileUpdate } from './row-operation.ts'
import { compileTableList } from './table-list.ts'

/** One call of a route, from a request or from a job. */
export interface OperationCall {
  readonly binding: Binding
  readonly values: InputValues
  readonly mediaUrl: MediaUrl
  /** Who calls; kept with the version of a write. */
  readonly actor: string | undefined
  readonly signal?: AbortSignal | undefined
  /** In jobs: ends the job in the transaction of the write. */
  readonly finish?: (session: Session, result: unknown) => Promise<void>
  /** Left out in jobs, which have no handler. */
  readonly http?: Context
}

/** Does what the route is for and gives the successful answer. */
export type Operation = (call: OperationCall) => Promise<Answer>

const ROW_OPERATIONS = { insert: compileInsert, update: compileUpdate, compute: compileCompute } as const

export function compileOperation(spec: RouteSpec): Operation {
  if (spec.kind === 'delete') return compileDelete(spec)
  if (spec.kind === 'query') return compileQueryOperation(spec)
  if (spec.kind === 'list') return compileTableList(spec)
  return ROW_OPERATIONS[spec.kind](spec)
}
