import { CellarError } from '../errors/cellar-error.ts'
import type { ExprNode } from '../expr/node.ts'
import type { SampleOptions } from './query.ts'
import type { SampleSpec } from './query-spec.ts'

/** @throws INVALID_QUERY when the sample has no size, or two */
export function sampleSpec(options: SampleOptions, groupsOf: (callback: unknown) => readonly ExprNode[]): SampleSpec {
  const { n: rows, fraction, perGroup, seed = 0 } = options
  if ((rows === undefined) === (fraction === undefined)) throw refused('give either n or fraction')
  if (rows !== undefined && !(Number.isSafeInteger(rows) && rows >= 0)) throw refused(`${rows} is no count of rows`)
  if (fraction !== undefined && !(fraction >= 0 && fraction <= 1)) throw refused(`${fraction} is not from 0 to 1`)
  if (!Number.isSafeInteger(seed)) throw refused(`the seed ${seed} is no whole number`)
  const size = rows === undefined ? { fraction: fraction ?? 0 } : { rows }
  return Object.freeze({ size, perGroup: perGroup === undefined ? [] : groupsOf(perGroup), seed })
}

function refused(reason: string): CellarError<'INVALID_QUERY'> {
  return new CellarError('INVALID_QUERY', { clause: 'sample', reason })
}
