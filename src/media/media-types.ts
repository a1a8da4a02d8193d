import type { MediaKind } from './stored-media.ts'

export interface MediaType {
  readonly ext: string
  readonly mime: string
  readonly kind: MediaKind | 'other'
}

/** Everything that is recognised, by the extension that stored files get. */
const TYPES: ReadonlyMap<string, MediaType> = new Map(
  (
    [
      ['jpg', 'image/jpeg', 'image'],
      ['png', 'image/png', 'image'],
      ['webp', 'image/webp', 'image'],
      ['gif', 'image/gif', 'image'],
      ['avif', 'image/avif', 'image'],
      ['heic', 'image/heic', 'image'],
      ['tiff', 'image/tiff', 'image'],
      ['bmp', 'image/bmp', 'image'],
      ['svg', 'image/svg+xml', 'image'],
      ['mp4', 'video/mp4', 'video'],
      ['mov', 'video/quicktime', 'video'],
      ['webm', 'video/webm', 'video'],
      ['mkv', 'video/matroska', 'video'],
      ['avi', 'video/x-msvideo', 'video'],
      ['ogv', 'video/ogg', 'video'],
      ['mp3', 'audio/mpeg', 'audio'],
      ['wav', 'audio/wav', 'audio'],
      ['flac', 'audio/flac', 'audio'],
      ['ogg', 'audio/ogg', 'audio'],
      ['m4a', 'audio/mp4', 'audio'],
      ['weba', 'audio/webm', 'audio'],
      ['mka', 'audio/matroska', 'audio'],
      ['aac', 'audio/aac', 'audio'],
      ['pdf', 'application/pdf', 'document'],
      ['docx', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'document'],
      ['pptx', 'application/vnd.openxmlformats-officedocument.presentationml.presentation', 'document'],
      ['xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'document'],
      ['html', 'text/html', 'document'],
      ['xml', 'application/xml', 'document'],
      ['txt', 'text/plain', 'document'],
      ['zip', 'application/zip', 'other'],
      ['bin', 'application/octet-stream', 'other'],
    ] as const
  ).map(([ext, mime, kind]) => [ext, Object.freeze({ ext, mime, kind })]),
)

const UNKNOWN: MediaType = Object.freeze({ ext: 'bin', mime: 'application/octet-stream', kind: 'other' })

/** The type with that extension; extensions that this version does not know are bytes without a meaning. */
export function mediaTypeOf(ext: string): MediaType {
  return TYPES.get(ext) ?? UNKNOWN
}

const SCRIPT_CAPABLE = new Set(['svg', 'html', 'xml'])

/** True for content that a browser may run scripts of when it is opened by itself. */
export function isScriptCapable(ext: string): boolean {
  return SCRIPT_CAPABLE.has(ext)
}
