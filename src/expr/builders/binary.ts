import type { BinaryExpr } from '../../types/expr.ts'
import { BaseBuilder, type Members } from './base.ts'

export class BinaryBuilder extends BaseBuilder implements Members<BinaryExpr> {}
