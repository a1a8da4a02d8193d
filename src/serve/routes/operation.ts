import type { Context } from 'hono'
import type { Session } from '../../database/database.ts'
import { CellarError } from '../../errors/cellar-error.ts'
import type { Progress } from '../../store/write-options.ts'
import type { Binding } from '../binding.ts'
import type { BatchRow } from '../request/batch-parser.ts'
import type { Choices } from '../request/choices.ts'
import type { InputValues } from '../request/input-parser.ts'
import type { RouteInput } from '../request/route-input.ts'
import type { Answer } from '../respond/answer.ts'
import type { MediaUrl } from '../respond/media-url.ts'
import { type RouteSpec, takesRows } from '../route-spec.ts'
import { compileBatch } from './batch-operation.ts'
import { compileDelete } from './delete-operation.ts'
import type { Accept } from './if-match.ts'
import { compileQueryOperation } from './query-operation.ts'
import { compileCompute, compileInsert, compileUpdate } from './row-operation.ts'
import { compileTableList } from './table-list.ts'

/** What calls have in common. */
export interface AnyCall {
  readonly binding: Binding
  readonly mediaUrl: MediaUrl
  readonly choices: Choices
  /** Who calls; kept with the version of a write. */
  readonly actor: string | undefined
  readonly signal?: AbortSignal | undefined
  /** Belongs into the transaction of the write: the end of its job, or its answer for whoever asks again. */
  readonly finish?: (session: Session, result: unknown, more?: Omit<Answer, 'body'>) => Promise<void>
  /** Looks at the stored row before it is changed, and may refuse. */
  readonly accept?: Accept | undefined
  /** In jobs: is told how many rows are done. */
  readonly onProgress?: (progress: Progress) => void
  /** Left out in jobs, which have no handler. */
  readonly http?: Context
}

/** One call of a route, from a request or from a job. */
export interface OperationCall extends AnyCall {
  readonly values: InputValues
}

/** A call with several rows. */
export interface BatchCall extends AnyCall {
  readonly rows: readonly BatchRow[] | AsyncIterable<BatchRow>
}

/** Does what the route is for and gives the successful answer. */
export type Operation = (call: OperationCall) => Promise<Answer>
export type BatchOperation = (call: BatchCall) => Promise<Answer>

const ROW_OPERATIONS = {
  insert: compileInsert,
  update: compileUpdate,
  upsert: compileUpdate,
  compute: compileCompute,
} as const

function compileOperation(spec: RouteSpec): Operation {
  if (spec.kind === 'delete') return compileDelete(spec)
  if (spec.kind === 'query') return compileQueryOperation(spec)
  if (spec.kind === 'list') return compileTableList(spec)
  return ROW_OPERATIONS[spec.kind](spec)
}

/** The operation for whatever came. */
export function compileOperations(spec: RouteSpec): (call: AnyCall, input: RouteInput) => Promise<Answer> {
  const one = compileOperation(spec)
  const many = takesRows(spec) ? compileBatch(spec) : undefined
  return (call, input) => {
    if (input.rows === undefined) return one({ ...call, values: input.values })
    if (many) return many({ ...call, rows: input.rows })
    throw new CellarError('BODY_UNREADABLE', { reason: 'this route takes one object' })
  }
}
