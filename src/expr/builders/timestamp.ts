import type { TimestampExpr } from '../../types/expr.ts'
import { NODE } from '../expression.ts'
import type { ExprNode } from '../node.ts'
import type { Members } from './base.ts'
import { CalendarBuilder } from './calendar.ts'
import { createZoned } from './zoned.ts'

const UNITS = ['milliseconds', 'seconds', 'minutes', 'hours', 'days', 'weeks', 'months', 'quarters', 'years']

export class TimestampBuilder extends CalendarBuilder implements Members<TimestampExpr> {
  protected readonly units = UNITS

  year() {
    return this.apply('timestamp.year')
  }

  month() {
    return this.apply('timestamp.month')
  }

  day() {
    return this.apply('timestamp.day')
  }

  hour() {
    return this.apply('timestamp.hour')
  }

  minute() {
    return this.apply('timestamp.minute')
  }

  second() {
    return this.apply('timestamp.second')
  }

  millisecond() {
    return this.apply('timestamp.millisecond')
  }

  epoch() {
    return this.apply('timestamp.epoch')
  }

  toDate() {
    return this.apply('timestamp.to-date')
  }

  inZone(zone: unknown) {
    return createZoned(this[NODE], zone, (node) => this.wrap(node))
  }

  toText() {
    return this.apply('timestamp.to-text')
  }

  protected moment(node = this[NODE]): ExprNode {
    return node
  }

  protected result(node: ExprNode): ExprNode {
    return node
  }
}
