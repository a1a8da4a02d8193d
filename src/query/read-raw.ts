import type { CodecColumn, RawRow } from '../schema/row-codec.ts'
import { compiledQuery } from './compiled-query.ts'
import { withCurrentDefinition } from './execute-query.ts'
import { executeStatement } from './execute-statement.ts'
import { isDirect } from './lower-query.ts'
import type { Parameters } from './parameter-mark.ts'
import type { QueryContext } from './query-context.ts'
import type { QuerySpec } from './query-spec.ts'

export interface RawRows {
  readonly columns: readonly CodecColumn[]
  readonly rows: readonly RawRow[]
}

/** The rows as Postgres wrote them, for who only passes them on; undefined where JavaScript has a part in the query. */
export function readRaw(
  context: QueryContext,
  spec: QuerySpec,
  { parameters, signal }: { readonly parameters: Parameters; readonly signal?: AbortSignal | undefined },
): Promise<RawRows | undefined> {
  if (!isDirect(spec)) return Promise.resolve(undefined)
  return withCurrentDefinition(context, async () => {
    const query = await compiledQuery(context, spec)
    if (!query.plain) return undefined
    return { columns: query.outputColumns, rows: await executeStatement(context, query, { parameters, signal }) }
  })
}
