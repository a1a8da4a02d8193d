import { CellarError } from '../errors/cellar-error.ts'
import type { QuerySpec, SetOperator, SetSpec } from './query-spec.ts'
import { outputsOf } from './sources.ts'

/** @throws INVALID_QUERY when the two do not have the same columns */
export function setSpec(operator: SetOperator, left: QuerySpec, right: QuerySpec): SetSpec {
  const [ours, theirs] = [outputsOf(left), outputsOf(right)]
  const names = Object.keys(ours)
  const odd = [...names, ...Object.keys(theirs)].find((name) => !ours[name] || !theirs[name])
  if (odd !== undefined) throw refused(operator, `only one of the queries has the column ${odd}`)
  for (const name of names) {
    const [a, b] = [ours[name]?.type, theirs[name]?.type]
    if (a?.kind === b?.kind && a?.postgres === b?.postgres) continue
    throw refused(operator, `the column ${name} is ${a?.kind} in one query and ${b?.kind} in the other`)
  }
  return Object.freeze({ kind: 'set', operator, left, right: arranged(right, names) })
}

/** Postgres pairs columns by position, people by name. */
function arranged(spec: QuerySpec, names: readonly string[]): QuerySpec {
  const outputs = outputsOf(spec)
  const select = names.flatMap((name) => (outputs[name] ? [[name, outputs[name]] as const] : []))
  return Object.freeze({ ...spec, select: Object.freeze(Object.fromEntries(select)) })
}

function refused(clause: string, reason: string): CellarError<'INVALID_QUERY'> {
  return new CellarError('INVALID_QUERY', { clause, reason })
}
