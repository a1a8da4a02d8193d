import type { JsonObject, JsonValue } from '../util/json.ts'
import type { Kind, MediaKind } from './kind.ts'

/** A value as a statement's parameter. */
export type Encoded = string | number | bigint | boolean | Uint8Array

/** What enters is described as `input`, what is answered as `output`. */
export type Side = 'input' | 'output'

/**
 * Everything that a type knows about itself: frozen data and pure functions. Shared code asks it and never switches on
 * its name. Null is not a value of any type; whoever reads a nullable value looks after it.
 */
export interface ColumnType<V = unknown> {
  readonly kind: Kind
  /** The type in DDL. */
  readonly postgres: string
  /** The type that a parameter is cast to. */
  readonly cast: string
  /** How many encoded values travel as one parameter: its type, and the cast of an unnested element ('' where none). */
  readonly bulk: { readonly parameter: string; readonly element: string }
  /** The kind of media that values are; null for everything else. */
  readonly mediaKind: MediaKind | null
  readonly media: boolean
  /** For media: external URLs are kept instead of stored. */
  readonly reference: boolean
  /** An HTTP upload can fill it. */
  readonly upload: boolean
  /** Comparable with lt and gt, and usable in orderBy. */
  readonly ordered: boolean
  /** Can be the element type of a Postgres array. */
  readonly scalar: boolean
  /** For arrays: what they hold. */
  readonly element: ElementType | null

  /** Library input. Media stay what was given; the store ingests them. @throws INVALID_VALUE with relative paths */
  parse(value: unknown): V
  /** A value of a JSON body, strictly; uploads as media values and bytes. @throws INVALID_VALUE */
  parseWire(value: unknown): V
  /** A query string value, path segment or form field. @throws INVALID_VALUE */
  parseText(text: string): V
  /** The values of a repeated key; for arrays and vectors only. @throws INVALID_VALUE */
  readonly parseTexts: ((texts: readonly string[]) => V) | null
  encode(value: V): Encoded
  /** Reads Postgres' text output (ISO dates, UTC, hex bytea, shortest floats). */
  decode(text: string): V
  /** JSON for HTTP: what floats cannot say is null, media are their cell's text. */
  toWire(value: V): JsonValue
  /** The wire form's JSON made from Postgres' text output, where that is cheaper than decoding; null elsewhere. */
  readonly wireText: ((text: string) => string) | null
  /** JSON that loses nothing; for defaults, and for elements of arrays stored as jsonb. */
  toStoredJson(value: V): JsonValue
  /** Gives a value of its own: nothing in it is shared with `json`. */
  fromStoredJson(json: JsonValue): V
  /** A total order, the one of Postgres where the type is `ordered`. */
  compare(a: V, b: V): number
  /** JSON Schema 2020-12 of the wire form. */
  jsonSchema(side: Side): JsonObject
  /** The persisted form, which `columnTypeFromJson` reads. */
  toJson(): JsonObject
  /** Rough memory in bytes, for bounding batches. */
  byteSize(value: V): number
}

export interface ElementType {
  readonly type: ColumnType
  readonly nullable: boolean
}
