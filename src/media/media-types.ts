import { type MediaFormat, mediaFormatOf } from '../types/media-formats.ts'

/** Everything that is recognised, by the extension that stored files get. */
export type MediaType = MediaFormat

/** The type with that extension; extensions that this version does not know are bytes without a meaning. */
export const mediaTypeOf: (ext: string) => MediaType = mediaFormatOf

const SCRIPT_CAPABLE = new Set(['svg', 'html', 'xml'])

/** True for content that a browser may run scripts of when it is opened by itself. */
export function isScriptCapable(ext: string): boolean {
  return SCRIPT_CAPABLE.has(ext)
}
