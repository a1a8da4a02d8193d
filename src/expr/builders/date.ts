import type { DateExpr } from '../../types/expr.ts'
import { NODE } from '../expression.ts'
import type { ExprNode } from '../node.ts'
import { applyOperation } from '../operations/table.ts'
import type { Members } from './base.ts'
import { CalendarBuilder } from './calendar.ts'

const UNITS = ['days', 'weeks', 'months', 'quarters', 'years']

export class DateBuilder extends CalendarBuilder implements Members<DateExpr> {
  protected readonly units = UNITS

  year() {
    return this.apply('date.year')
  }

  month() {
    return this.apply('date.month')
  }

  day() {
    return this.apply('date.day')
  }

  toTimestamp() {
    return this.apply('date.to-timestamp')
  }

  toText() {
    return this.apply('date.to-text')
  }

  protected moment(node = this[NODE]): ExprNode {
    return applyOperation('date.to-timestamp', node)
  }

  protected result(node: ExprNode): ExprNode {
    return applyOperation('timestamp.to-date', node)
  }
}
