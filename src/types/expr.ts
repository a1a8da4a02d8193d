// The static side of expressions: one interface a kind, with one parameter `N` for nullability (`never` or `null`).
// They refer to each other in a ring (a text has a length, a number a text), so they stand in one file.
// The names that start with `~` exist for the type checker only; strings, so that declaration files can name them.
import type { ArrayMethods, UuidMethods, VectorMethods } from './array-methods.ts'
import type { JsonMethods } from './json-methods.ts'
import type { Kind, MediaKind } from './kind.ts'
import type { Media } from './media.ts'
import type { DateMethods, TimestampMethods } from './time-methods.ts'

/** What every place that takes an expression asks for: few properties, so that the check is cheap. */
export interface Expr<out K extends Kind = Kind, out V = unknown, out N extends null = null> {
  readonly '~kind': K
  /** The value without null. */
  readonly '~plain': V
  readonly '~nulls': N
}

/** Any expression with the facts that the library's own types read from it. */
export interface AnyExpr extends Expr {
  readonly '~value': unknown
  readonly '~wire': unknown
  /** The same expression, nullable. */
  readonly '~null': AnyExpr
  /** The same expression, not null. */
  readonly '~some': AnyExpr
}

/** Expressions by name: what callbacks get, and what `select` takes. */
export type Scope = Record<string, AnyExpr>

/** A direction to order by, made with `asc()` or `desc()`. */
export interface OrderTerm {
  readonly '~order': true
  nullsFirst(): OrderTerm
  nullsLast(): OrderTerm
}

/** A query as a set of values: the type of its one column. */
export interface SubQuery<out V> {
  readonly '~column': V
}

/** A query whose values can be null cannot say that something is not among them. */
type NullIn<Q> = Q extends SubQuery<infer V> ? Extract<V, null> : never

/** Computed columns also answer for their cell: `ok`, `pending`, `failed` or `stale`, and the message of a failed one. */
export interface CellInfo {
  readonly state: TextExpr
  readonly error: TextExpr<null>
}

/** Ints and floats mix in arithmetic and comparisons. */
type NumberKind = 'int' | 'float'

interface Base<K extends Kind, V, W, N extends null, Nullable extends AnyExpr, Some extends AnyExpr>
  extends Expr<K, V, N> {
  readonly '~value': V | N
  readonly '~wire': W | N
  readonly '~null': Nullable
  readonly '~some': Some
  isNull(): BoolExpr
  isNotNull(): BoolExpr
}

interface WithText<N extends null> {
  /** The value as JavaScript writes it. */
  toText(): TextExpr<N>
}

/** `OK`, `OV`: kinds and values that it compares with. `M`: nullability brought by the other side. */
interface Ordered<OK extends Kind, OV, N extends null> {
  /** Null when either side is null; to find nulls use `isNull()`. */
  eq<M extends null = never>(other: OV | Expr<OK, OV, M>): BoolExpr<N | M>
  /** Null when either side is null; to leave out nulls use `isNotNull()`. */
  ne<M extends null = never>(other: OV | Expr<OK, OV, M>): BoolExpr<N | M>
  lt<M extends null = never>(other: OV | Expr<OK, OV, M>): BoolExpr<N | M>
  lte<M extends null = never>(other: OV | Expr<OK, OV, M>): BoolExpr<N | M>
  gt<M extends null = never>(other: OV | Expr<OK, OV, M>): BoolExpr<N | M>
  gte<M extends null = never>(other: OV | Expr<OK, OV, M>): BoolExpr<N | M>
  /** Both bounds belong to the range. */
  between<M extends null = never>(low: OV | Expr<OK, OV, M>, high: OV | Expr<OK, OV, M>): BoolExpr<N | M>
  /** Among the values, or among those of a query of one column. */
  in<Q extends readonly OV[] | SubQuery<OV | null>>(values: Q): BoolExpr<N | NullIn<Q>>
  asc(): OrderTerm
  desc(): OrderTerm
}

type TextOperand<M extends null> = string | Expr<'string', string, M>

/** Text; positions and lengths count code points. */
export interface TextExpr<out N extends null = never>
  extends Base<'string', string, string, N, TextExpr<null>, TextExpr>,
    Ordered<'string' | 'uuid', string, N>,
    WithText<N> {
  lower(): TextExpr<N>
  upper(): TextExpr<N>
  trim(): TextExpr<N>
  trimStart(): TextExpr<N>
  trimEnd(): TextExpr<N>
  /** Replaces the first occurrence. */
  replace<M extends null = never>(find: TextOperand<M>, by: TextOperand<M>): TextExpr<N | M>
  replaceAll<M extends null = never>(find: TextOperand<M>, by: TextOperand<M>): TextExpr<N | M>
  /** Negative positions count from the end. */
  slice(start: number | Expr<NumberKind, number, never>, end?: number | Expr<NumberKind, number, never>): TextExpr<N>
  contains<M extends null = never>(part: TextOperand<M>): BoolExpr<N | M>
  startsWith<M extends null = never>(part: TextOperand<M>): BoolExpr<N | M>
  endsWith<M extends null = never>(part: TextOperand<M>): BoolExpr<N | M>
  /** `%` stands for any text, `_` for one character, `\` takes the next one literally. */
  like<M extends null = never>(pattern: TextOperand<M>): BoolExpr<N | M>
  length(): NumExpr<'int', N>
  /** The MD5 of the UTF-8 bytes, in hex: to sort or divide rows evenly, never to keep a secret. */
  md5(): TextExpr<N>
  concat<M extends null = never>(...parts: readonly TextOperand<M>[]): TextExpr<N | M>
}

export interface UuidExpr<out N extends null = never>
  extends Base<'uuid', string, string, N, UuidExpr<null>, UuidExpr>,
    Ordered<'string' | 'uuid', string, N>,
    WithText<N>,
    UuidMethods<N> {}

/**
 * Ints and floats; `K` is 'int', 'float' or both, and arithmetic unions the kinds. Where it has no answer (division by
 * zero, an int beyond ±(2^53-1)) the value is null.
 */
export interface NumExpr<out K extends NumberKind, out N extends null = never>
  extends Base<K, number, number, N, NumExpr<K, null>, NumExpr<K>>,
    Ordered<NumberKind, number, N>,
    WithText<N> {
  add<J extends NumberKind = never, M extends null = never>(other: number | Expr<J, number, M>): NumExpr<K | J, N | M>
  sub<J extends NumberKind = never, M extends null = never>(other: number | Expr<J, number, M>): NumExpr<K | J, N | M>
  mul<J extends NumberKind = never, M extends null = never>(other: number | Expr<J, number, M>): NumExpr<K | J, N | M>
  div<M extends null = never>(other: number | Expr<NumberKind, number, M>): NumExpr<'float', N | M>
  /** The sign is the dividend's. */
  mod<J extends NumberKind = never, M extends null = never>(other: number | Expr<J, number, M>): NumExpr<K | J, N | M>
  neg(): NumExpr<K, N>
  abs(): NumExpr<K, N>
  /** Halves go up, as with `Math.round`; negative digits round to tens. */
  round(digits?: number): NumExpr<K, N>
  floor(): NumExpr<'int', N>
  ceil(): NumExpr<'int', N>
  sqrt(): NumExpr<'float', N>
  pow<M extends null = never>(exponent: number | Expr<NumberKind, number, M>): NumExpr<'float', N | M>
  /** Towards zero. */
  toInt(): NumExpr<'int', N>
  toFloat(): NumExpr<'float', N>
}

/** A whole number of 64 bits; results beyond them are null. */
export interface BigIntExpr<out N extends null = never>
  extends Base<'bigint', bigint, string, N, BigIntExpr<null>, BigIntExpr>,
    Ordered<'bigint', bigint, N>,
    WithText<N> {
  add<M extends null = never>(other: bigint | Expr<'bigint', bigint, M>): BigIntExpr<N | M>
  sub<M extends null = never>(other: bigint | Expr<'bigint', bigint, M>): BigIntExpr<N | M>
  mul<M extends null = never>(other: bigint | Expr<'bigint', bigint, M>): BigIntExpr<N | M>
  /** The sign is the dividend's. */
  mod<M extends null = never>(other: bigint | Expr<'bigint', bigint, M>): BigIntExpr<N | M>
  neg(): BigIntExpr<N>
  abs(): BigIntExpr<N>
}

/** Exact; there is no division, since most quotients have no decimal form. */
export interface DecimalExpr<out N extends null = never>
  extends Base<'decimal', string, string, N, DecimalExpr<null>, DecimalExpr>,
    Ordered<'decimal', string, N>,
    WithText<N> {
  add<M extends null = never>(other: string | Expr<'decimal', string, M>): DecimalExpr<N | M>
  sub<M extends null = never>(other: string | Expr<'decimal', string, M>): DecimalExpr<N | M>
  mul<M extends null = never>(other: string | Expr<'decimal', string, M>): DecimalExpr<N | M>
  neg(): DecimalExpr<N>
  abs(): DecimalExpr<N>
}

export interface BoolExpr<out N extends null = never>
  extends Base<'bool', boolean, boolean, N, BoolExpr<null>, BoolExpr>,
    Ordered<'bool', boolean, N>,
    WithText<N> {
  and<M extends null = never>(...others: readonly (boolean | Expr<'bool', boolean, M>)[]): BoolExpr<N | M>
  or<M extends null = never>(...others: readonly (boolean | Expr<'bool', boolean, M>)[]): BoolExpr<N | M>
  not(): BoolExpr<N>
}

/** A moment; its parts are those of UTC. */
export interface TimestampExpr<out N extends null = never>
  extends Base<'timestamp', Date, string, N, TimestampExpr<null>, TimestampExpr>,
    Ordered<'timestamp', Date, N>,
    WithText<N>,
    TimestampMethods<N> {}

export interface DateExpr<out N extends null = never>
  extends Base<'date', string, string, N, DateExpr<null>, DateExpr>,
    Ordered<'date', string, N>,
    WithText<N>,
    DateMethods<N> {}

export interface JsonExpr<V, out N extends null = never>
  extends Base<'json', V, V, N, JsonExpr<V, null>, JsonExpr<V>>,
    WithText<N>,
    JsonMethods<V, N> {}

export interface ArrayExpr<out V, out N extends null = never>
  extends Base<'array', readonly V[], readonly V[], N, ArrayExpr<V, null>, ArrayExpr<V>>,
    WithText<N>,
    ArrayMethods<V, N> {}

export interface VectorExpr<out N extends null = never>
  extends Base<'vector', Float32Array, number[], N, VectorExpr<null>, VectorExpr>,
    VectorMethods<N> {}

export interface BinaryExpr<out N extends null = never>
  extends Base<'binary', Uint8Array, string, N, BinaryExpr<null>, BinaryExpr> {}

/** What is known of media without opening them. */
interface MediaFacts<N extends null> extends WithText<N> {
  /** The cell itself: `cellar:<sha256>.<ext>`, or an external URL. */
  readonly url: TextExpr<N>
  /** Null for media that are kept by reference. */
  readonly mime: TextExpr<null>
  readonly sha256: TextExpr<null>
}
interface MediaBase<K extends MediaKind, N extends null, Nullable extends AnyExpr, Some extends AnyExpr>
  extends Base<K, Media<K>, string, N, Nullable, Some>,
    MediaFacts<N> {}

export interface ImageExpr<out N extends null = never> extends MediaBase<'image', N, ImageExpr<null>, ImageExpr> {}
export interface VideoExpr<out N extends null = never> extends MediaBase<'video', N, VideoExpr<null>, VideoExpr> {}
export interface AudioExpr<out N extends null = never> extends MediaBase<'audio', N, AudioExpr<null>, AudioExpr> {}
export interface DocumentExpr<out N extends null = never>
  extends MediaBase<'document', N, DocumentExpr<null>, DocumentExpr> {}
