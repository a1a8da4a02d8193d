import type { UuidExpr } from '../../types/expr.ts'
import type { Members } from './base.ts'
import { OrderedBuilder } from './ordered.ts'

export class UuidBuilder extends OrderedBuilder implements Members<UuidExpr> {
  hex() {
    return this.apply('uuid.hex')
  }

  version() {
    return this.apply('uuid.version')
  }

  timestamp() {
    return this.apply('uuid.timestamp')
  }

  toText() {
    return this.apply('uuid.to-text')
  }
}
