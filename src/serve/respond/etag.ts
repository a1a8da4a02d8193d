import { hash } from 'node:crypto'
import type { TableSpec } from '../../schema/table-spec.ts'
import { givenTags } from '../http/content-encoding.ts'
import type { RouteSpec } from '../route-spec.ts'
import type { RouterState } from '../router-state.ts'

type Row = Readonly<Record<string, unknown>>

/** The `ETag` of a row, from all its stored columns, whatever an answer shows of them. */
export type EtagOf = (row: Row) => string

/** @param nameOf where the value of a column stands in the row */
export function compileEtag(table: TableSpec, nameOf: (column: string) => string = (column) => column): EtagOf {
  const columns = table.order.flatMap((column) => {
    const type = (table.columns[column] ?? table.computed[column])?.type
    return type ? [{ name: nameOf(column), type }] : []
  })
  return (row) => {
    const values = columns.map(({ name, type }) => {
      const value = row[name]
      return value === null || value === undefined ? null : type.toStoredJson(value)
    })
    return `"${hash('sha256', JSON.stringify(values), 'base64url').slice(0, 22)}"`
  }
}

/** Whether an answer with a row is not sent to a caller who has it. Media URLs with a signature have to be fresh. */
export const revalidates = (state: RouterState, spec: RouteSpec): boolean =>
  spec.kind === 'query' &&
  spec.oneRow &&
  spec.method === 'get' &&
  !(state.auth !== undefined && spec.outputs.some(({ type }) => type.media))

/** Whether the caller has what an answer with this tag would say; weak tags do here. */
export function isKnown(header: string | undefined, etag: string): boolean {
  const tags = givenTags(header)?.map((tag) => tag.replace(/^W\//, ''))
  return tags !== undefined && (tags.includes('*') || tags.includes(etag))
}
