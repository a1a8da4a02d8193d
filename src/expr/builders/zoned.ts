import { CellarError } from '../../errors/cellar-error.ts'
import { types } from '../../types/kinds.ts'
import type { ZonedTimestamp } from '../../types/time-methods.ts'
import { literalNode } from '../literal-node.ts'
import type { ExprNode } from '../node.ts'
import { applyOperation, type OperationName } from '../operations/table.ts'
import { zoneFormat } from '../operations/zone-functions.ts'
import type { Members, Wrap } from './base.ts'
import { isUnit } from './durations.ts'

/** @throws INVALID_DECLARATION for a zone that is not known */
export function createZoned(node: ExprNode, zone: unknown, wrap: Wrap): unknown {
  if (typeof zone !== 'string' || !isZone(zone)) throw refused('inZone', `there is no time zone ${String(zone)}`)
  const text = (value: string) => literalNode(types.string.parse(value), types.string)
  const apply = (operation: OperationName, ...operands: readonly string[]) =>
    wrap(applyOperation(operation, node, text(zone), ...operands.map(text)))
  const part = (name: string) => () => apply('timestamp.zone-part', name)
  const zoned: Members<ZonedTimestamp> = {
    year: part('year'),
    month: part('month'),
    day: part('day'),
    hour: part('hour'),
    minute: part('minute'),
    second: part('second'),
    quarter: part('quarter'),
    week: part('week'),
    isoYear: part('isoYear'),
    dayOfWeek: part('dayOfWeek'),
    dayOfYear: part('dayOfYear'),
    offset: () => apply('timestamp.zone-offset'),
    toDate: () => apply('timestamp.zone-date'),
    truncate: (unit: unknown) => {
      if (!isUnit(unit)) throw refused('truncate', 'its unit is one such as day')
      return apply('timestamp.zone-truncate', unit)
    },
    format: (pattern: unknown) => {
      if (typeof pattern !== 'string') throw refused('format', 'its pattern is a text')
      return apply('timestamp.zone-format', pattern)
    },
  }
  return Object.freeze(zoned)
}

function isZone(zone: string): boolean {
  try {
    zoneFormat(zone)
    return true
  } catch {
    return false
  }
}

function refused(method: string, reason: string): CellarError<'INVALID_DECLARATION'> {
  return new CellarError('INVALID_DECLARATION', { subject: `${method} of a timestamp expression`, reason })
}
