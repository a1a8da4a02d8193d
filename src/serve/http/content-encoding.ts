import { constants, createBrotliCompress, createGzip, createZstdCompress } from 'node:zlib'

/** Best first: zstd costs the least for what it saves, and gzip is what everybody knows. */
const ENCODINGS = ['zstd', 'br', 'gzip'] as const
export type Encoding = (typeof ENCODINGS)[number]

export type Encoder = ReturnType<typeof createGzip>

const TEXT =
  /^(?:text\/|image\/svg\+xml|application\/(?:json|x-ndjson|javascript|xml|[\w.-]+\+(?:json|xml))\s*(?:;|$))/i
/** Answers below are not worth it. */
export const SMALLEST = 1024

/** Media are compressed in themselves, all but the textual ones. */
export const isCompressible = (contentType: string): boolean => TEXT.test(contentType)

/** What to answer with; undefined for as it is. */
export function negotiateEncoding(header: string | undefined): Encoding | undefined {
  if (header === undefined || header === '') return undefined
  const wanted = new Map<string, number>()
  for (const part of header.toLowerCase().split(',')) {
    const [name = '', ...parameters] = part.split(';').map((text) => text.trim())
    const quality = parameters.find((text) => text.startsWith('q='))
    wanted.set(name, quality === undefined ? 1 : Number(quality.slice(2)) || 0)
  }
  const weight = (encoding: string) => wanted.get(encoding) ?? wanted.get('*') ?? 0
  let best: Encoding | undefined
  for (const encoding of ENCODINGS) if (weight(encoding) > (best === undefined ? 0 : weight(best))) best = encoding
  return best
}

const GZIP_LEVEL = 6
const BROTLI_QUALITY = 4

/** @param streams what is written goes out at once instead of waiting for more */
export function createEncoder(encoding: Encoding, streams: boolean): Encoder {
  if (encoding === 'gzip')
    return createGzip({ level: GZIP_LEVEL, ...(streams ? { flush: constants.Z_SYNC_FLUSH } : {}) })
  const made =
    encoding === 'br'
      ? createBrotliCompress({
          params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY },
          ...(streams ? { flush: constants.BROTLI_OPERATION_FLUSH } : {}),
        })
      : createZstdCompress(streams ? { flush: constants.ZSTD_e_flush } : {})
  return made as unknown as Encoder
}

const SUFFIX = /\+(?:zstd|br|gzip)"$/

/** A strong tag names bytes, so that of compressed ones is another: `"x"` → `"x+br"`. Weak ones stay. */
export const encodedTag = (tag: string, encoding: Encoding): string =>
  tag.startsWith('"') ? `${tag.slice(0, -1)}+${encoding}"` : tag

/**
 * The tags of an If-Match or If-None-Match header as they were before compression; `*` stays. Undefined without one.
 *
 * `If-Match` compares strongly: a tag that starts with `W/` never matches there.
 */
export function givenTags(header: string | undefined): readonly string[] | undefined {
  return header?.split(',').map((part) => part.trim().replace(SUFFIX, '"'))
}
