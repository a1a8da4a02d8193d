import type { AnyExpr } from '../types/expr.ts'

export interface RangeConstraints<out V> {
  /** The least value that is taken. */
  readonly min?: V
  /** The greatest value that is taken. */
  readonly max?: V
}

export interface EnumConstraint<out V> {
  /** The values that are taken. */
  readonly enum?: readonly V[]
}

/** Characters (code points) of a text, items of an array, bytes of a binary. */
export interface LengthConstraints {
  readonly minLength?: number
  readonly maxLength?: number
}

export interface TextConstraints extends LengthConstraints, EnumConstraint<string> {
  /** Matches somewhere in the text, unless it has `^` and `$`; runs in linear time, so without look-around. */
  readonly pattern?: string | RegExp
}

type Ranges = 'int' | 'float' | 'bigint' | 'decimal' | 'date'

/** The constraints that a kind of value has. */
export type ConstraintsOf<X extends AnyExpr> = X['~kind'] extends 'string'
  ? TextConstraints
  : X['~kind'] extends Ranges
    ? RangeConstraints<X['~plain']> & EnumConstraint<X['~plain']>
    : X['~kind'] extends 'timestamp'
      ? RangeConstraints<X['~plain']>
      : X['~kind'] extends 'uuid'
        ? EnumConstraint<string>
        : X['~kind'] extends 'array' | 'binary'
          ? LengthConstraints
          : never
