import { nodeText } from '../expr/node-text.ts'
import type { TableSpec } from '../schema/table-spec.ts'
import type { ColumnSpec } from '../types/column-spec.ts'
import type { ColumnDescription } from './inspector.ts'

export function describeColumns(spec: TableSpec): readonly ColumnDescription[] {
  return spec.order.flatMap((name) => {
    const column = spec.columns[name]
    if (column) return [describePlain(name, column)]
    const computed = spec.computed[name]
    if (computed === undefined) return []
    const { type, nullable, node, mode, onError } = computed
    const expression = nodeText(node)
    return [
      { name, type: type.kind, nullable, primaryKey: false, unique: false, computed: { expression, mode, onError } },
    ]
  })
}

function describePlain(
  name: string,
  { type, nullable, primaryKey, unique, comment, default: initial }: ColumnSpec,
): ColumnDescription {
  return {
    name,
    type: type.kind,
    nullable,
    primaryKey,
    unique,
    ...(initial === undefined ? {} : { default: describeDefault(initial) }),
    ...(comment === undefined ? {} : { comment }),
  }
}

function describeDefault(initial: NonNullable<ColumnSpec['default']>): string {
  if (initial.kind === 'generator') return `${initial.name}()`
  return initial.kind === 'value' ? (JSON.stringify(initial.value) ?? String(initial.value)) : 'an expression'
}
