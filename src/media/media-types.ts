import { type MediaFormat, mediaFormatOf } from '../types/media-formats.ts'

/** Everything that is recognised, by the extension that stored files get. */
export type MediaType = MediaFormat

/** The type with that extension; extensions that this version does not know are bytes without a meaning. */
export const mediaTypeOf: (ext: string) => MediaType = mediaFormatOf
