import type { Session } from '../../database/database.ts'
import { CellarError, isCellarError } from '../../errors/cellar-error.ts'
import type { Row } from '../../schema/row-codec.ts'
import type { WriteResult } from '../../store/write-result.ts'
import { Lazy } from '../lazy.ts'
import type { Answer } from '../respond/answer.ts'
import { compileEtag } from '../respond/etag.ts'
import { compileRowWriter, type WriteRow } from '../respond/row-writer.ts'
import type { Handler, RowRouteSpec } from '../route-spec.ts'
import { callerOf } from './caller.ts'
import type { Operation, OperationCall } from './operation.ts'
import { shapeResult } from './shape-result.ts'

// Loaded with the first request: declaring routes needs no database.
export const inserts = new Lazy(() => import('../../store/insert-rows.ts'))
export const updates = new Lazy(() => import('../../store/batch-update-rows.ts'))
export const computes = new Lazy(() => import('../../store/compute-rows.ts'))

export const OPTIONS = { returnRows: true, validated: true, allowPath: false } as const

export function compileInsert(spec: RowRouteSpec): Operation {
  const write = compileRowWriter(spec.outputs)
  const etagOf = compileEtag(spec.tableSpec)
  return async (call) => {
    const { insertRows } = inserts.now ?? (await inserts.load())
    const run = shaping(spec.handler, write, call)
    const answer = (row: Row): TaggedAnswer => ({
      body: run ? run.result() : write(row, call.mediaUrl),
      headers: { etag: etagOf(row) },
    })
    const options = { ...OPTIONS, ...callerOf(call), ...choosing(call), ...run?.options, ...finishing(answer, call) }
    const { rows } = await insertRows(call.binding.context, spec.table, call.values, options)
    return answer(rows[0] as Row)
  }
}

export function compileUpdate(spec: RowRouteSpec): Operation {
  const write = compileRowWriter(spec.outputs)
  const etagOf = compileEtag(spec.tableSpec)
  const ifMissing = spec.kind === 'upsert' ? 'insert' : 'error'
  return async (call) => {
    const { batchUpdateRows } = updates.now ?? (await updates.load())
    const run = shaping(spec.handler, write, call)
    const answer = (row: Row): TaggedAnswer => ({
      body: run ? run.result() : write(row, call.mediaUrl),
      headers: { etag: etagOf(row) },
    })
    const { accept } = call
    const options = {
      ...OPTIONS,
      ...callerOf(call),
      ...choosing(call),
      ...run?.options,
      ...finishing(answer, call),
      ...(accept && { accept }),
      ifMissing,
    } as const
    const update = batchUpdateRows(call.binding.context, spec.table, [call.values], options)
    const { rows } = await update.catch((error: unknown) => Promise.reject<never>(withoutIndex(error)))
    return answer(rows[0] as Row)
  }
}

export function compileCompute(spec: RowRouteSpec): Operation {
  const write = compileRowWriter(spec.outputs)
  const columns = computedOutputs(spec)
  return async (call) => {
    const { computeRows } = computes.now ?? (await computes.load())
    const options = { validated: true, allowPath: false, partial: true, columns, ...callerOf(call), ...choosing(call) }
    const { rows } = await computeRows(call.binding.context, spec.table, call.values, options)
    const result = write(rows[0] as Row, call.mediaUrl)
    return { body: spec.handler ? await shapeResult(spec.handler, result, call) : result }
  }
}

/** Computed columns that the answer has. */
export function computedOutputs({ outputs, tableSpec }: RowRouteSpec): readonly string[] {
  return outputs.map((field) => field.name).filter((name) => Object.hasOwn(tableSpec.computed, name))
}

function choosing({ choices: { onError } }: OperationCall) {
  return onError === undefined ? undefined : { onError }
}

/** The caller gave one row and knows no list: its place in one is taken out of the paths. */
function withoutIndex(error: unknown): unknown {
  if (!isCellarError(error) || !error.issues.some((issue) => issue.path[0] === 0)) return error
  const issues = error.issues.map((issue) => ({
    ...issue,
    path: issue.path[0] === 0 ? issue.path.slice(1) : issue.path,
  }))
  const { code, details, cause, retryable } = error
  return new CellarError(code, details, { cause, issues, retryable })
}

interface TaggedAnswer extends Answer {
  readonly headers: { readonly etag: string }
}

/** What was cut off between its write and the word that it is done would write again. */
function finishing(answer: (row: Row) => TaggedAnswer, { finish }: OperationCall) {
  return (
    finish && {
      alongside: (session: Session, { rows }: WriteResult) => {
        const { body, headers } = answer(rows[0] as Row)
        return finish(session, body, { headers })
      },
    }
  )
}

/** The handler runs over the complete rows, before they are sent to the database. */
function shaping(handler: Handler | undefined, write: WriteRow, call: OperationCall) {
  if (handler === undefined) return undefined
  let shaped: unknown
  return {
    options: {
      async beforeWrite(rows: Row[]): Promise<void> {
        shaped = await shapeResult(handler, write(rows[0] as Row, call.mediaUrl), call)
      },
    },
    result: () => shaped,
  }
}
