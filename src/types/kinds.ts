import { bigintType } from './bigint.ts'
import { binaryType } from './binary.ts'
import { boolType } from './bool.ts'
import { dateType } from './date.ts'
import { decimalType } from './decimal.ts'
import { floatType } from './float.ts'
import { intType } from './int.ts'
import { jsonType } from './json.ts'
import { mediaType } from './media-type.ts'
import { stringType } from './string.ts'
import { timestampType } from './timestamp.ts'
import { uuidType } from './uuid.ts'

/** The types without options, once each. Kinds that need an option (array, vector) have none. */
export const types = Object.freeze({
  string: stringType(),
  int: intType(),
  bigint: bigintType(),
  float: floatType(),
  decimal: decimalType(),
  bool: boolType(),
  timestamp: timestampType(),
  date: dateType(),
  uuid: uuidType(),
  json: jsonType(),
  binary: binaryType(),
  image: mediaType('image'),
  video: mediaType('video'),
  audio: mediaType('audio'),
  document: mediaType('document'),
})
