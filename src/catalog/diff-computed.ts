import { nodeToJson } from '../expr/node-json.ts'
import { callsOf } from '../expr/walk.ts'
import type { ComputedSpec } from '../schema/table-spec.ts'
import { canonicalJson } from '../util/canonical-json.ts'
import type { ColumnChange } from './diff-columns.ts'

/** What differs between two computed columns of one name. `sources` are the function sources that were applied. */
export function diffComputedColumn(
  from: ComputedSpec,
  to: ComputedSpec,
  sources: Readonly<Record<string, string>>,
): readonly ColumnChange[] {
  return [...expressionChange(from, to), ...optionChange(from, to), ...sourceChanges(to, sources)]
}

function expressionChange(from: ComputedSpec, to: ComputedSpec): readonly ColumnChange[] {
  if (expressionKey(from) === expressionKey(to)) return []
  if (expressionKey(from, true) !== expressionKey(to, true)) {
    return [{ kind: 'change-computed', what: 'its expression changes, and its cells are computed again' }]
  }
  const versions = callsOf(to.node).map(({ function: { name, version } }) => `${name}@${version}`)
  const what = `it uses ${[...new Set(versions)].join(', ')}, and its stored cells become stale`
  return [{ kind: 'change-function-version', what }]
}

function optionChange(from: ComputedSpec, to: ComputedSpec): readonly ColumnChange[] {
  const same = from.mode === to.mode && from.onError === to.onError
  return same ? [] : [{ kind: 'change-compute-options', what: `it is ${to.mode}, with ${to.onError} on errors` }]
}

function sourceChanges(to: ComputedSpec, sources: Readonly<Record<string, string>>): readonly ColumnChange[] {
  const changed = Object.entries(functionSources([to])).filter(
    ([id, hash]) => sources[id] !== undefined && sources[id] !== hash,
  )
  return changed.map(([id]) => ({
    kind: 'change-function-source',
    what: `the source of ${id} changed; give it a new version to mark the stored cells stale`,
    informational: true,
  }))
}

/** Hash of the source by `name@version`, for every function that the columns call and this process has. */
export function functionSources(computed: readonly ComputedSpec[]): Readonly<Record<string, string>> {
  const sources: Record<string, string> = {}
  for (const call of computed.flatMap((column) => callsOf(column.node))) {
    const { name, version } = call.function
    if (call.definition) sources[`${name}@${version}`] = call.definition.sourceHash
  }
  return sources
}

/**
 * Equal for expressions that give the same values. What a reference or an operation says of its type follows from the
 * columns and has its own changes, so only literals keep theirs. `anyVersion` looks past the versions of functions.
 */
function expressionKey({ node, type }: ComputedSpec, anyVersion = false): string {
  return canonicalJson([type.kind, type.postgres, essence(nodeToJson(node), anyVersion)])
}

function essence(json: unknown, anyVersion: boolean): unknown {
  if (Array.isArray(json)) return json.map((item) => essence(item, anyVersion))
  if (typeof json !== 'object' || json === null) return json
  const { kind, version } = json as { kind?: unknown; version?: unknown }
  if (kind === 'literal') return json
  // An argument may be called `kind` or `version` too; it is a node then, not a text.
  const dropped =
    typeof kind === 'string' ? ['type', 'nullable'] : anyVersion && typeof version === 'string' ? ['version'] : []
  const kept = Object.entries(json).filter(([key]) => !dropped.includes(key))
  return Object.fromEntries(kept.map(([key, value]) => [key, essence(value, anyVersion)]))
}
