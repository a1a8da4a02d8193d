import type { VectorExpr } from '../../types/expr.ts'
import { BaseBuilder, type Members } from './base.ts'

export class VectorBuilder extends BaseBuilder implements Members<VectorExpr> {}
