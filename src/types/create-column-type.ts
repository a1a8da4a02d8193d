import type { ColumnType } from './column-type.ts'

type Optional =
  | 'wireText'
  | 'cast'
  | 'bulk'
  | 'mediaKind'
  | 'media'
  | 'reference'
  | 'upload'
  | 'ordered'
  | 'scalar'
  | 'element'
type Facets<V> = Omit<ColumnType<V>, Optional | 'parseTexts'> & Partial<Pick<ColumnType<V>, Optional | 'parseTexts'>>

/** Freezes a type. All types get the same shape, so that the code that runs on every cell stays monomorphic. */
export function createColumnType<V>(facets: Facets<V>): ColumnType<V> {
  const cast = facets.cast ?? facets.postgres
  return Object.freeze({
    kind: facets.kind,
    postgres: facets.postgres,
    cast,
    bulk: Object.freeze(facets.bulk ?? { parameter: `${cast}[]`, element: '' }),
    mediaKind: facets.mediaKind ?? null,
    media: facets.media ?? false,
    reference: facets.reference ?? false,
    upload: facets.upload ?? false,
    ordered: facets.ordered ?? true,
    scalar: facets.scalar ?? true,
    element: facets.element ?? null,
    parse: facets.parse,
    parseWire: facets.parseWire,
    parseText: facets.parseText,
    parseTexts: facets.parseTexts ?? null,
    encode: facets.encode,
    decode: facets.decode,
    toWire: facets.toWire,
    wireText: facets.wireText ?? null,
    toStoredJson: facets.toStoredJson,
    fromStoredJson: facets.fromStoredJson,
    compare: facets.compare,
    jsonSchema: facets.jsonSchema,
    toJson: facets.toJson,
    byteSize: facets.byteSize,
  })
}
