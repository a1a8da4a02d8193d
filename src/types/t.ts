import { arrayType } from './array.ts'
import { invalidType } from './check-options.ts'
import { createColumn } from './column-builder.ts'
import { specOfColumn } from './column-spec.ts'
import type { ColumnTypes } from './column-types.ts'
import { decimalType } from './decimal.ts'
import { floatType } from './float.ts'
import { intType } from './int.ts'
import { jsonType } from './json.ts'
import { types } from './kinds.ts'
import { mediaType } from './media-type.ts'
import type { MediaOptions, NumberOptions, StringOptions } from './options.ts'
import { stringType } from './string.ts'
import { vectorType } from './vector.ts'

const runtime = {
  string: (options?: StringOptions) => createColumn(options ? stringType(options) : types.string),
  int: (options?: NumberOptions) => createColumn(options ? intType(options) : types.int),
  bigint: () => createColumn(types.bigint),
  float: (options?: NumberOptions) => createColumn(options ? floatType(options) : types.float),
  decimal: (precision?: number, scale?: number) => createColumn(decimalType(precision, scale)),
  bool: () => createColumn(types.bool),
  timestamp: () => createColumn(types.timestamp),
  date: () => createColumn(types.date),
  uuid: () => createColumn(types.uuid),
  json: (schema?: unknown) => createColumn(schema === undefined ? types.json : jsonType(schema)),
  array: (of: unknown) => createColumn(arrayOf(of)),
  vector: (dimensions: number) => createColumn(vectorType(dimensions)),
  binary: () => createColumn(types.binary),
  image: (options?: MediaOptions) => createColumn(options ? mediaType('image', options) : types.image),
  video: (options?: MediaOptions) => createColumn(options ? mediaType('video', options) : types.video),
  audio: (options?: MediaOptions) => createColumn(options ? mediaType('audio', options) : types.audio),
  document: (options?: MediaOptions) => createColumn(options ? mediaType('document', options) : types.document),
} satisfies Record<keyof ColumnTypes, unknown>

function arrayOf(of: unknown) {
  const { type, nullable, default: given, primaryKey, unique, references } = specOfColumn(of)
  if (given || primaryKey || unique || references) throw invalidType('array', 'its elements can only be nullable')
  return arrayType(type, nullable)
}

/** The types of columns, query parameters and function arguments. */
export const t: ColumnTypes = Object.freeze(runtime) as unknown as ColumnTypes
