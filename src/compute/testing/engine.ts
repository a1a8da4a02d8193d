import { createHash } from 'node:crypto'
import { CellarError } from '../../errors/cellar-error.ts'
import type { IngestOptions, MediaSource } from '../../media/media-source.ts'
import type { MediaStore } from '../../media/media-store.ts'
import type { StoredMedia } from '../../media/stored-media.ts'
import { createEngine, type EngineOptions } from '../create-engine.ts'
import type { EngineWarning } from '../slow-function-watch.ts'

/** A media store in memory: takes any bytes and texts as content, refuses what contains `corrupt`. */
interface MemoryMedia extends MediaStore {
  readonly ingested: { readonly source: MediaSource; readonly options: IngestOptions }[]
  /** The most `ingest` calls that were under way at once. */
  readonly peak: number
}

function createMemoryMedia(): MemoryMedia {
  const files = new Map<string, Uint8Array>()
  const ingested: { readonly source: MediaSource; readonly options: IngestOptions }[] = []
  let running = 0
  let peak = 0
  const bytesOf = (ref: string): Uint8Array => {
    const bytes = files.get(ref)
    if (!bytes) throw new CellarError('MEDIA_NOT_FOUND', { ref })
    return bytes
  }
  const unused = (): never => {
    throw new CellarError('CLOSED', { subject: 'this part of the media store in memory' })
  }
  return {
    root: '/memory',
    ingested,
    get peak() {
      return peak
    },
    async ingest(source, options) {
      ingested.push({ source, options })
      running += 1
      peak = Math.max(peak, running)
      await new Promise((resolve) => setTimeout(resolve, 1))
      running -= 1
      options.signal?.throwIfAborted()
      const stored = storedMedia(source, options)
      files.set(stored.ref, contentOf(source))
      return stored
    },
    path: (ref) => `/memory/${ref}`,
    exists: async (ref) => files.has(ref),
    stat: async (ref) => (files.has(ref) ? { bytes: bytesOf(ref).length, mime: 'image/png' } : undefined),
    open: async (ref, { start, end }) => new Uint8Array(bytesOf(ref).subarray(start, end + 1)),
    bytes: async (ref) => bytesOf(ref),
    scratch: async () => '/memory/scratch/1',
    files: unused,
    remove: unused,
    begin: unused,
    findVariant: unused,
    keepVariant: unused,
    removeVariants: unused,
    close: async () => undefined,
  }
}

function contentOf(source: MediaSource): Uint8Array {
  if (source instanceof Uint8Array) return source
  if (typeof source === 'string') return new TextEncoder().encode(source)
  if (source instanceof URL) return new TextEncoder().encode(source.href)
  return new TextEncoder().encode('url' in source ? String(source.url) : 'other')
}

function storedMedia(source: MediaSource, { kind }: IngestOptions): StoredMedia {
  const bytes = contentOf(source)
  if (new TextDecoder().decode(bytes).includes('corrupt'))
    throw new CellarError('MEDIA_CORRUPT', { format: 'PNG', reason: 'it says so' })
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return {
    ref: `cellar:${sha256}.png`,
    sha256,
    ext: 'png',
    mime: 'image/png',
    bytes: bytes.length,
    kind: kind === 'any' ? 'other' : kind,
    facts: {},
  }
}

/** An engine over media in memory, ended with the test. */
export function createTestEngine(options: Partial<EngineOptions> = {}) {
  const warnings: EngineWarning[] = []
  const media = createMemoryMedia()
  const engine = createEngine({ media, onWarning: (warning) => warnings.push(warning), ...options })
  return { engine, media, warnings, [Symbol.asyncDispose]: () => engine.close() }
}
