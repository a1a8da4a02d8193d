import { columnToJson } from '../schema/table-json.ts'
import type { ColumnSpec } from '../types/column-spec.ts'
import { canonicalJson } from '../util/canonical-json.ts'
import type { ChangeKind } from './changes.ts'
import { conversionBetween } from './type-conversion.ts'

/** A change of one column, before it knows its table. */
export interface ColumnChange {
  readonly kind: ChangeKind
  /** Continues the sentence `column x of t: …`. */
  readonly what: string
  readonly destructive?: boolean
  readonly informational?: boolean
}

/** What differs between two plain columns of one name. */
export function diffPlainColumn(from: ColumnSpec, to: ColumnSpec): readonly ColumnChange[] {
  return [
    ...typeChange(from, to),
    ...nullableChange(from, to),
    ...defaultChange(from, to),
    ...constraintChanges(from, to),
  ]
}

function typeChange(from: ColumnSpec, to: ColumnSpec): readonly ColumnChange[] {
  if (canonicalJson(from.type.toJson()) === canonicalJson(to.type.toJson())) return []
  if (conversionBetween(from.type, to.type) === 'impossible') {
    const what = `its type becomes ${to.type.kind}, and its stored ${from.type.kind} values are dropped`
    return [{ kind: 'change-type', what, destructive: true }]
  }
  const what = from.type.kind === to.type.kind ? `the options of its type change` : `its type becomes ${to.type.kind}`
  return [{ kind: 'change-type', what }]
}

function nullableChange(from: ColumnSpec, to: ColumnSpec): readonly ColumnChange[] {
  if (from.nullable === to.nullable) return []
  return [{ kind: 'change-nullable', what: to.nullable ? 'it may be null' : 'it may not be null any more' }]
}

function defaultChange(from: ColumnSpec, to: ColumnSpec): readonly ColumnChange[] {
  if (defaultKey(from) === defaultKey(to)) return []
  return [{ kind: 'change-default', what: to.default ? 'its default changes' : 'it has no default any more' }]
}

function constraintChanges(from: ColumnSpec, to: ColumnSpec): readonly ColumnChange[] {
  const changes: ColumnChange[] = []
  if (from.unique !== to.unique) {
    changes.push({ kind: 'change-unique', what: to.unique ? 'it becomes unique' : 'it need not be unique any more' })
  }
  if (from.references !== to.references) {
    const what = to.references === undefined ? 'it references nothing any more' : `it references ${to.references}`
    changes.push({ kind: 'change-reference', what })
  }
  if (from.comment !== to.comment) changes.push({ kind: 'change-comment', what: 'its comment changes' })
  return changes
}

function defaultKey(spec: ColumnSpec): string {
  return canonicalJson(columnToJson(spec).default ?? null)
}
