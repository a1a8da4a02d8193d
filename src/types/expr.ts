// The static side of expressions: one interface a kind, with one parameter `N` for nullability (`never` or `null`).
// They refer to each other in a ring (a text has a length, a number a text), so they stand in one file.
// The names that start with `~` exist for the type checker only; strings, so that declaration files can name them.
import type { ArrayMethods, UuidMethods, VectorMethods } from './array-methods.ts'
import type { JsonMethods } from './json-methods.ts'
import type { Kind, MediaKind } from './kind.ts'
import type { Media } from './media.ts'
import type { ArithmeticMethods, MathMethods, NumberKind } from './number-methods.ts'
import type { TextMethods } from './text-methods.ts'
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

interface Base<K extends Kind, V, W, N extends null, Nullable extends AnyExpr, Some extends AnyExpr>
  extends Expr<K, V, N> {
  readonly '~value': V | N
  readonly '~wire': W | N
  readonly '~null': Nullable
  readonly '~some': Some
  /** The value is null; never null itself. */
  isNull(): BoolExpr
  /** The value is not null; never null itself. */
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
  /** Less; null when either side is null. */
  lt<M extends null = never>(other: OV | Expr<OK, OV, M>): BoolExpr<N | M>
  /** Less or equal. */
  lte<M extends null = never>(other: OV | Expr<OK, OV, M>): BoolExpr<N | M>
  /** Greater; null when either side is null. */
  gt<M extends null = never>(other: OV | Expr<OK, OV, M>): BoolExpr<N | M>
  /** Greater or equal. */
  gte<M extends null = never>(other: OV | Expr<OK, OV, M>): BoolExpr<N | M>
  /** Both bounds belong to the range. */
  between<M extends null = never>(low: OV | Expr<OK, OV, M>, high: OV | Expr<OK, OV, M>): BoolExpr<N | M>
  /** Among the values, or among those of a query of one column. */
  in<Q extends readonly OV[] | SubQuery<OV | null>>(values: Q): BoolExpr<N | NullIn<Q>>
  /** To order by it, nulls last. */
  asc(): OrderTerm
  /** To order by it in reverse, nulls first. */
  desc(): OrderTerm
}

/** Text; positions and lengths count code points. */
export interface TextExpr<out N extends null = never>
  extends Base<'string', string, string, N, TextExpr<null>, TextExpr>,
    Ordered<'string' | 'uuid', string, N>,
    WithText<N>,
    TextMethods<N> {}

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
    WithText<N>,
    ArithmeticMethods<K, N>,
    MathMethods<K, N> {}

/** A whole number of 64 bits; results beyond them are null. */
export interface BigIntExpr<out N extends null = never>
  extends Base<'bigint', bigint, string, N, BigIntExpr<null>, BigIntExpr>,
    Ordered<'bigint', bigint, N>,
    WithText<N> {
  /** The sum. */
  add<M extends null = never>(other: bigint | Expr<'bigint', bigint, M>): BigIntExpr<N | M>
  /** The difference. */
  sub<M extends null = never>(other: bigint | Expr<'bigint', bigint, M>): BigIntExpr<N | M>
  /** The product. */
  mul<M extends null = never>(other: bigint | Expr<'bigint', bigint, M>): BigIntExpr<N | M>
  /** The remainder, with the sign of the dividend; null for division by 0. */
  mod<M extends null = never>(other: bigint | Expr<'bigint', bigint, M>): BigIntExpr<N | M>
  /** The number with the other sign. */
  neg(): BigIntExpr<N>
  /** The number without its sign. */
  abs(): BigIntExpr<N>
}

/** Exact; there is no division, since most quotients have no decimal form. */
export interface DecimalExpr<out N extends null = never>
  extends Base<'decimal', string, string, N, DecimalExpr<null>, DecimalExpr>,
    Ordered<'decimal', string, N>,
    WithText<N> {
  /** The sum. */
  add<M extends null = never>(other: string | Expr<'decimal', string, M>): DecimalExpr<N | M>
  /** The difference. */
  sub<M extends null = never>(other: string | Expr<'decimal', string, M>): DecimalExpr<N | M>
  /** The product. */
  mul<M extends null = never>(other: string | Expr<'decimal', string, M>): DecimalExpr<N | M>
  /** The number with the other sign. */
  neg(): DecimalExpr<N>
  /** The number without its sign. */
  abs(): DecimalExpr<N>
}

export interface BoolExpr<out N extends null = never>
  extends Base<'bool', boolean, boolean, N, BoolExpr<null>, BoolExpr>,
    Ordered<'bool', boolean, N>,
    WithText<N> {
  /** False where one is false, else null where one is null. */
  and<M extends null = never>(...others: readonly (boolean | Expr<'bool', boolean, M>)[]): BoolExpr<N | M>
  /** True where one is true, else null where one is null. */
  or<M extends null = never>(...others: readonly (boolean | Expr<'bool', boolean, M>)[]): BoolExpr<N | M>
  /** The opposite. */
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
  /** The media type; null for media that are kept by reference. */
  readonly mime: TextExpr<null>
  /** The hash of the bytes, in hex; null for media that are kept by reference. */
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
