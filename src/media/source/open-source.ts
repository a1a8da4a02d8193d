import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { CellarError } from '../../errors/cellar-error.ts'
import { type FetchOptions, fetchChunks } from '../fetch/fetch-chunks.ts'
import { isMediaRef } from '../media-ref.ts'
import type { IngestOptions, MediaSource } from '../media-source.ts'
import { parseDataUrl } from './data-url.ts'
import { streamChunks } from './stream-chunks.ts'

/** A source, looked at: content to read, bytes at hand, a file by its path, or content that the store should have. */
export type OpenedSource =
  | { readonly form: 'ref'; readonly ref: string }
  | { readonly form: 'bytes'; readonly bytes: Uint8Array }
  | { readonly form: 'path'; readonly path: string }
  | { readonly form: 'stream'; readonly chunks: AsyncIterable<Uint8Array> }

export interface OpenSourceOptions extends IngestOptions {
  readonly maxBytes: number
  readonly fetch: FetchOptions
}

/** Nothing is read before the first chunk is asked for. */
export function openSource(source: MediaSource, options: OpenSourceOptions): OpenedSource {
  if (typeof source === 'string') return openText(source, options)
  if (source instanceof URL) return openText(source.href, options)
  if (source instanceof Uint8Array) return { form: 'bytes', bytes: source }
  if (source instanceof Blob) return { form: 'stream', chunks: streamChunks(source.stream()) }
  if (source instanceof ReadableStream || source instanceof Readable)
    return { form: 'stream', chunks: streamChunks(source) }
  if (typeof source === 'object' && source !== null && typeof source.url === 'string')
    return openText(source.url, options)
  throw new CellarError('INVALID_VALUE', {
    subject: 'A media value',
    reason: 'it is a path, a URL, bytes, a stream, a File or a Blob',
  })
}

/** Two letters at least: `C:\` is a path. */
const SCHEME = /^([a-z][a-z0-9+.-]+):/i

function openText(text: string, options: OpenSourceOptions): OpenedSource {
  const scheme = SCHEME.exec(text)?.[1]?.toLowerCase()
  if (scheme === 'data') return { form: 'bytes', bytes: parseDataUrl(text, options.maxBytes) }
  if (scheme === 'http' || scheme === 'https') return { form: 'stream', chunks: fetchChunks(text, options.fetch) }
  if (scheme === 'cellar') return openRef(text, options)
  if (!options.allowPath) throw new CellarError('MEDIA_PATH_REFUSED', { input: 'This media value' })
  if (scheme === 'file') return { form: 'path', path: filePath(text) }
  if (scheme !== undefined && text.startsWith('//', scheme.length + 1))
    throw new CellarError('MEDIA_URL_REFUSED', { url: text, reason: 'only http and https URLs are fetched' })
  return { form: 'path', path: text }
}

function openRef(ref: string, options: OpenSourceOptions): OpenedSource {
  if (options.allowRef === false) throw new CellarError('MEDIA_PATH_REFUSED', { input: 'A media ref' })
  if (!isMediaRef(ref)) throw new CellarError('MEDIA_NOT_FOUND', { ref })
  return { form: 'ref', ref }
}

function filePath(url: string): string {
  try {
    return fileURLToPath(url)
  } catch (error) {
    throw new CellarError('MEDIA_UNREADABLE', { input: url, reason: 'it is not a local file URL' }, { cause: error })
  }
}
