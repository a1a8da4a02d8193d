/** The kinds of media: cells that refer to content in the media store. */
export type MediaKind = 'image' | 'video' | 'audio' | 'document'

/** What a column type is called in declarations, the catalog and messages. */
export type Kind =
  | 'string'
  | 'int'
  | 'bigint'
  | 'float'
  | 'decimal'
  | 'bool'
  | 'timestamp'
  | 'date'
  | 'uuid'
  | 'json'
  | 'array'
  | 'vector'
  | 'binary'
  | MediaKind
