import type { UuidExpr } from '../../types/expr.ts'
import type { Members } from './base.ts'
import { OrderedBuilder } from './ordered.ts'

export class UuidBuilder extends OrderedBuilder implements Members<UuidExpr> {
  toText() {
    return this.apply('uuid.to-text')
  }
}
