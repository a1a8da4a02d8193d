import type { DateExpr } from '../../types/expr.ts'
import type { Members } from './base.ts'
import { OrderedBuilder } from './ordered.ts'

export class DateBuilder extends OrderedBuilder implements Members<DateExpr> {
  year() {
    return this.apply('date.year')
  }

  month() {
    return this.apply('date.month')
  }

  day() {
    return this.apply('date.day')
  }

  toText() {
    return this.apply('date.to-text')
  }
}
