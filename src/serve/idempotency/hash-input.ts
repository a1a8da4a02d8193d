import { createHash, type Hash } from 'node:crypto'
import { UnusableRow } from '../../store/unusable-row.ts'
import type { ColumnType } from '../../types/column-type.ts'
import type { BatchRow } from '../request/batch-parser.ts'
import type { InputValues } from '../request/input-parser.ts'
import type { RouteInput } from '../request/route-input.ts'
import type { RouteSpec } from '../route-spec.ts'

/** An input whose rows are all there, with the hash of what it asks for. */
export interface HashedInput {
  readonly input: RouteInput
  /** The same for other spellings, orders of fields and boundaries of forms. */
  readonly hash: string
}

export async function hashInput(spec: RouteSpec, input: RouteInput): Promise<HashedInput> {
  const typeOf = typesOf(spec)
  const hash = createHash('sha256').update(JSON.stringify(input.choices))
  if (input.rows === undefined) {
    addValues(hash, typeOf, input.values)
    return { input, hash: hash.digest('hex') }
  }
  // What arrives is written only when it is known to be new, so it waits until all of it is there.
  const rows: BatchRow[] = []
  for await (const row of input.rows) {
    hash.update('[')
    if (row instanceof UnusableRow) hash.update(JSON.stringify(row.fault))
    else addValues(hash, typeOf, row)
    rows.push(row)
  }
  return { input: { rows, choices: input.choices }, hash: hash.digest('hex') }
}

type TypeOf = ReadonlyMap<string, ColumnType>

function typesOf(spec: RouteSpec): TypeOf {
  const columns = spec.kind === 'query' ? spec.definition.parameters : spec.tableSpec.columns
  return new Map([
    ...Object.entries(columns).map(([name, column]) => [name, column.type] as const),
    ...spec.inputs.map(({ name, column }) => [name, column.type] as const),
  ])
}

function addValues(hash: Hash, types: TypeOf, values: InputValues): void {
  for (const name of Object.keys(values).sort()) {
    hash.update(JSON.stringify([name, textOf(types.get(name), values[name])]))
  }
}

function textOf(type: ColumnType | undefined, value: unknown): unknown {
  if (value === null || value === undefined || type === undefined) return value ?? null
  if (!type.media) return type.toStoredJson(value)
  return typeof value === 'string' ? value : (value as { readonly url: string }).url
}
