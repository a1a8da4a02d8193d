import type { ColumnType } from '../types/column-type.ts'

/** Pairs of kinds whose every value survives a cast: `from>to`. */
const LOSSLESS = new Set(['int>bigint', 'int>float', 'uuid>string'])
const NUMERIC = /^numeric(?:\((\d+),\s*(\d+)\))?$/

/** How stored values get a new type: as they are, by a cast that loses nothing, or not at all. */
export function conversionBetween(from: ColumnType, to: ColumnType): 'none' | 'cast' | 'impossible' {
  if (from.kind === to.kind && from.postgres === to.postgres) return 'none'
  if (LOSSLESS.has(`${from.kind}>${to.kind}`)) return 'cast'
  return widerNumeric(from.postgres, to.postgres) || intToNumeric(from, to) ? 'cast' : 'impossible'
}

const intToNumeric = (from: ColumnType, to: ColumnType) => from.kind === 'int' && to.postgres === 'numeric'

function widerNumeric(from: string, to: string): boolean {
  const [a, b] = [NUMERIC.exec(from), NUMERIC.exec(to)]
  if (!a || !b) return false
  if (b[1] === undefined) return true
  if (a[1] === undefined) return false
  const [scale, newScale] = [Number(a[2]), Number(b[2])]
  return newScale >= scale && Number(b[1]) - newScale >= Number(a[1]) - scale
}
