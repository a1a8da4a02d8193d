import type { AnyExpr } from '../types/expr.ts'
import type { Kind } from '../types/kind.ts'
import { ArrayBuilder } from './builders/array.ts'
import type { BaseBuilder, Wrap } from './builders/base.ts'
import { BigIntBuilder } from './builders/bigint.ts'
import { BinaryBuilder } from './builders/binary.ts'
import { BoolBuilder } from './builders/bool.ts'
import { DateBuilder } from './builders/date.ts'
import { DecimalBuilder } from './builders/decimal.ts'
import { JsonBuilder } from './builders/json.ts'
import { MediaBuilder } from './builders/media.ts'
import { NumberBuilder } from './builders/number.ts'
import { TextBuilder } from './builders/text.ts'
import { TimestampBuilder } from './builders/timestamp.ts'
import { UuidBuilder } from './builders/uuid.ts'
import { VectorBuilder } from './builders/vector.ts'
import type { ExprNode } from './node.ts'

const BUILDERS: Readonly<Record<Kind, new (node: ExprNode, wrap: Wrap) => BaseBuilder>> = {
  string: TextBuilder,
  int: NumberBuilder,
  float: NumberBuilder,
  bigint: BigIntBuilder,
  decimal: DecimalBuilder,
  bool: BoolBuilder,
  timestamp: TimestampBuilder,
  date: DateBuilder,
  uuid: UuidBuilder,
  json: JsonBuilder,
  array: ArrayBuilder,
  vector: VectorBuilder,
  binary: BinaryBuilder,
  image: MediaBuilder,
  video: MediaBuilder,
  audio: MediaBuilder,
  document: MediaBuilder,
}

/**
 * The expression of a node, with the methods of its kind. `members` are added to those.
 *
 * Builders are loosely typed; their precise interfaces are those of `types/expr.ts`, whose `~` members exist for the
 * type checker only. This is the one cast between the two.
 */
export function toExpr(node: ExprNode, members?: Readonly<Record<string, unknown>>): AnyExpr {
  const builder = new BUILDERS[node.type.kind](node, toExpr)
  return Object.freeze(members ? Object.assign(builder, members) : builder) as unknown as AnyExpr
}
