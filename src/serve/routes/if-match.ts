import type { Context } from 'hono'
import { CellarError } from '../../errors/cellar-error.ts'
import type { Row } from '../../schema/row-codec.ts'
import { givenTags } from '../http/content-encoding.ts'
import type { RouteInput } from '../request/route-input.ts'
import { compileEtag } from '../respond/etag.ts'
import type { RouteSpec } from '../route-spec.ts'

/** Refuses a stored row that is not the one the caller read. */
export type Accept = (stored: Row) => void

/** Routes that change a row which is there already. */
export const changesRows = (spec: RouteSpec): boolean =>
  spec.kind === 'update' || spec.kind === 'upsert' || spec.kind === 'delete'

/** Reads `If-Match`; undefined for routes that change nothing stored. */
export function compileIfMatch(spec: RouteSpec): ((c: Context, input: RouteInput) => Accept | undefined) | undefined {
  if (spec.kind !== 'update' && spec.kind !== 'upsert' && spec.kind !== 'delete') return undefined
  const etagOf = compileEtag(spec.tableSpec)
  const { path } = spec.tableSpec
  return (c, input) => {
    const tags = givenTags(c.req.header('if-match'))
    if (tags === undefined) return undefined
    if (input.rows !== undefined) throw refused('names one row, and the body is a list')
    if (spec.background) throw refused('cannot be told to a job, which runs later')
    return (stored) => {
      if (!tags.includes('*') && !tags.includes(etagOf(stored))) throw changed(path)
    }
  }
}

export const changed = (path: string): CellarError =>
  new CellarError('PRECONDITION_FAILED', { subject: `The row of ${path}` })

function refused(message: string): CellarError {
  return new CellarError(
    'INVALID_VALUE',
    { subject: 'The request', reason: `If-Match ${message}` },
    { issues: [{ path: ['If-Match'], message, code: 'INVALID_VALUE' }] },
  )
}
