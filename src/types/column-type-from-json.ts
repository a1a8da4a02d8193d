import { CellarError } from '../errors/cellar-error.ts'
import type { JsonObject } from '../util/json.ts'
import { arrayFromJson } from './array.ts'
import type { ColumnType } from './column-type.ts'
import { decimalFromJson } from './decimal.ts'
import { floatFromJson } from './float.ts'
import { intType } from './int.ts'
import { jsonFromJson } from './json.ts'
import type { Kind } from './kind.ts'
import { types } from './kinds.ts'
import { mediaFromJson } from './media-type.ts'
import { stringFromJson } from './string.ts'
import { vectorFromJson } from './vector.ts'

const READERS: Readonly<Record<Kind, (json: JsonObject) => ColumnType>> = {
  string: stringFromJson,
  int: ({ kind: _, ...options }) => intType(options),
  bigint: () => types.bigint,
  float: floatFromJson,
  decimal: decimalFromJson,
  bool: () => types.bool,
  timestamp: () => types.timestamp,
  date: () => types.date,
  uuid: () => types.uuid,
  json: jsonFromJson,
  array: (json) => arrayFromJson(json, columnTypeFromJson),
  vector: vectorFromJson,
  binary: () => types.binary,
  image: (json) => mediaFromJson('image', json),
  video: (json) => mediaFromJson('video', json),
  audio: (json) => mediaFromJson('audio', json),
  document: (json) => mediaFromJson('document', json),
}

/**
 * Reads what `toJson` gave. A type without options is the shared one of `types`.
 *
 * @throws INVALID_DECLARATION for a kind of a newer version
 */
export function columnTypeFromJson(json: JsonObject): ColumnType {
  const kind = String(json.kind)
  if (!Object.hasOwn(READERS, kind)) {
    const reason = `this version of Cellar has no column type ${kind}`
    throw new CellarError('INVALID_DECLARATION', { subject: 'a stored column', reason })
  }
  if (Object.keys(json).length === 1 && Object.hasOwn(types, kind)) return types[kind as keyof typeof types]
  return READERS[kind as Kind](json)
}
