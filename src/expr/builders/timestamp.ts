import type { TimestampExpr } from '../../types/expr.ts'
import type { Members } from './base.ts'
import { OrderedBuilder } from './ordered.ts'

export class TimestampBuilder extends OrderedBuilder implements Members<TimestampExpr> {
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

  toText() {
    return this.apply('timestamp.to-text')
  }
}
