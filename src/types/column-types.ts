import type { AnyColumn, Column, KeyColumn } from './column.ts'
import type {
  AnyExpr,
  ArrayExpr,
  AudioExpr,
  BigIntExpr,
  BinaryExpr,
  BoolExpr,
  DateExpr,
  DecimalExpr,
  DocumentExpr,
  ImageExpr,
  JsonExpr,
  NumExpr,
  TextExpr,
  TimestampExpr,
  UuidExpr,
  VectorExpr,
  VideoExpr,
} from './expr.ts'
import type { FromSchema, JsonSchemaLiteral } from './from-schema.ts'
import type { MediaInput } from './media-input.ts'
import type { MediaOptions, NumberOptions, StringOptions } from './options.ts'
import type { StandardSchema } from './standard-schema.ts'

type Key<X extends AnyExpr, I, W = I> = KeyColumn<X, I, W, false, false>
type Plain<X extends AnyExpr, I, W = I> = Column<X, I, W, false, false, false>
type MediaColumn<X extends AnyExpr> = Column<X, MediaInput, string, false, false, true>

/** The types of columns, query parameters and function arguments. */
export interface ColumnTypes {
  /** Text of any length; NUL and lone surrogates are refused. */
  string<const E extends string = string>(options?: StringOptions<E>): Key<TextExpr, E>
  /** A whole number of at most ±(2^53-1). */
  int(options?: NumberOptions): Key<NumExpr<'int'>, number>
  /** A whole number of 64 bits. */
  bigint(): Key<BigIntExpr, bigint | number, string>
  /** A double, with NaN and infinities; on the wire those are null. */
  float(options?: NumberOptions): Key<NumExpr<'float'>, number>
  /** An exact decimal number, as text; without `precision` of any size. */
  decimal(precision?: number, scale?: number): Key<DecimalExpr, string | number, string>
  bool(): Key<BoolExpr, boolean>
  /** A moment in milliseconds; text needs an offset (`2024-05-01T12:00:00Z`). */
  timestamp(): Key<TimestampExpr, Date | string, string>
  /** A calendar day, `YYYY-MM-DD`; of a `Date` the day in UTC. */
  date(): Key<DateExpr, string | Date, string>
  uuid(): Key<UuidExpr, string>
  /** Any JSON value; objects come back with the keys in the order of `jsonb`. */
  json<V = unknown>(): Plain<JsonExpr<V>, V>
  json<I, V>(schema: StandardSchema<I, V>): Plain<JsonExpr<V>, I>
  json<const S extends JsonSchemaLiteral>(schema: S): Plain<JsonExpr<FromSchema<S>>, FromSchema<S>>
  array<C extends AnyColumn>(
    of: C,
  ): Plain<ArrayExpr<C['~expr']['~value']>, readonly C['~in'][], readonly C['~wireIn'][]>
  /** Single-precision floats; needs the pgvector extension. */
  vector(dimensions: number): Plain<VectorExpr, readonly number[] | Float32Array, readonly number[]>
  /** Bytes in the database itself; on the wire base64 or an upload. */
  binary(): Column<BinaryExpr, Uint8Array, string, false, false, true>
  image(options?: MediaOptions): MediaColumn<ImageExpr>
  video(options?: MediaOptions): MediaColumn<VideoExpr>
  audio(options?: MediaOptions): MediaColumn<AudioExpr>
  /** pdf, docx, pptx, xlsx, html, markdown, xml or plain text. */
  document(options?: MediaOptions): MediaColumn<DocumentExpr>
}
