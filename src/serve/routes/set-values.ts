import type { Context } from 'hono'
import { UnusableRow } from '../../store/unusable-row.ts'
import type { BatchRow } from '../request/batch-parser.ts'
import type { InputValues } from '../request/input-parser.ts'
import type { RouteInput } from '../request/route-input.ts'
import type { RouteSpec } from '../route-spec.ts'

/** Gives the values of the server, to every row of a list on its own. */
export async function setValues(c: Context, input: RouteInput, spec: RouteSpec): Promise<RouteInput> {
  if (input.rows === undefined) {
    await setRow(c, input.values, spec)
    return input
  }
  const { rows, choices } = input
  if (!isList(rows)) return { rows: setArriving(c, rows, spec), choices }
  for (const row of rows) if (!(row instanceof UnusableRow)) await setRow(c, row, spec)
  return input
}

async function* setArriving(c: Context, rows: AsyncIterable<BatchRow>, spec: RouteSpec): AsyncGenerator<BatchRow> {
  for await (const row of rows) {
    if (!(row instanceof UnusableRow)) await setRow(c, row, spec)
    yield row
  }
}

/** They are checked like any other: they may hold what the caller once sent. */
async function setRow(c: Context, values: InputValues, spec: RouteSpec): Promise<void> {
  const columns = spec.kind === 'query' ? spec.definition.parameters : spec.tableSpec.columns
  for (const [name, make] of Object.entries(spec.set)) {
    const made = make(c)
    const value = made instanceof Promise ? await made : made
    if (value === undefined) continue
    values[name] = value === null ? null : columns[name]?.type.parse(value)
  }
}

export const isList = (rows: readonly BatchRow[] | AsyncIterable<BatchRow>): rows is readonly BatchRow[] =>
  Array.isArray(rows)
