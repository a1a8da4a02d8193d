import type { MediaKind } from './kind.ts'

/** A format that is recognised, by the extension that stored files get. */
export interface MediaFormat {
  readonly ext: string
  readonly mime: string
  readonly kind: MediaKind | 'other'
}

const OFFICE = 'application/vnd.openxmlformats-officedocument'

const FORMATS: ReadonlyMap<string, MediaFormat> = new Map(
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
      ['docx', `${OFFICE}.wordprocessingml.document`, 'document'],
      ['pptx', `${OFFICE}.presentationml.presentation`, 'document'],
      ['xlsx', `${OFFICE}.spreadsheetml.sheet`, 'document'],
      ['html', 'text/html', 'document'],
      ['xml', 'application/xml', 'document'],
      ['txt', 'text/plain', 'document'],
      ['zip', 'application/zip', 'other'],
      ['bin', 'application/octet-stream', 'other'],
    ] as const
  ).map(([ext, mime, kind]) => [ext, Object.freeze({ ext, mime, kind })]),
)

const UNKNOWN: MediaFormat = Object.freeze({ ext: 'bin', mime: 'application/octet-stream', kind: 'other' })

/** The format with that extension; extensions that this version does not know are bytes without a meaning. */
export function mediaFormatOf(ext: string): MediaFormat {
  return FORMATS.get(ext) ?? UNKNOWN
}

export function mimeOf(ext: string): string {
  return mediaFormatOf(ext).mime
}
