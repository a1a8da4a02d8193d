import type { Context } from 'hono'
import { CellarError } from '../../errors/cellar-error.ts'
import { makeVariant } from '../../media/make-variant.ts'
import { parseMediaRef } from '../../media/media-ref.ts'
import type { MediaStore, Variant } from '../../media/media-store.ts'
import { mediaTypeOf } from '../../media/media-types.ts'
import { namesTag, parseByteRange } from './byte-range.ts'
import type { MediaPolicy } from './media-options.ts'
import { presetOf } from './media-query.ts'
import type { MediaSigner } from './media-signer.ts'

const FILE = /^[0-9a-f]{64}\.[a-z0-9]{1,8}$/
const YEAR = 31_536_000
/** Shown by browsers without running anything in the page's origin. Everything else is a download in a sandbox. */
const INLINE = /^(?:image\/(?!svg)|video\/|audio\/|application\/pdf$|text\/plain)/
const SANDBOX = "default-src 'none'; sandbox"

export interface MediaAccess {
  readonly store: MediaStore
  /** Set where media are not for everybody. */
  readonly signer: MediaSigner | undefined
  readonly policy: MediaPolicy
}

/**
 * GET and HEAD `<prefix>/media/<sha256>.<ext>`: the stored bytes, or with `?preset=` the image made from them. It never looks
 * for rows: a router without `auth` serves any hash, one with `auth` what it signed. Unknown and forbidden look the same. The
 * signature of a file is good for the presets of the router as well: they show less than the file does.
 */
export async function serveMedia(c: Context, access: MediaAccess): Promise<Response> {
  const { store, signer, policy } = access
  const file = c.req.param('file') ?? ''
  const rest = signer?.check(file, c.req.query('expires'), c.req.query('signature'))
  if (!FILE.test(file) || (signer && rest === undefined)) throw missing()
  const recipe = presetOf(c, policy.presets, signer !== undefined)
  const ref = `cellar:${file}`
  const stat = await store.stat(ref)
  if (stat === undefined) throw missing()
  if (recipe) assertImage(ref, stat.mime)
  const content: Variant = recipe
    ? await makeVariant(store, ref, recipe, { most: policy.maxMaking })
    : { ...stat, sha256: file.slice(0, 64), open: (part) => store.open(ref, part) }
  const tag = `"${content.sha256}"`
  const headers: Record<string, string> = {
    'content-type': content.mime,
    etag: tag,
    'accept-ranges': 'bytes',
    'cache-control': rest === undefined ? `public, max-age=${YEAR}, immutable` : `private, max-age=${rest}`,
    'x-content-type-options': 'nosniff',
  }
  if (!INLINE.test(content.mime)) {
    headers['content-disposition'] = `attachment; filename="${file}"`
    headers['content-security-policy'] = SANDBOX
  }
  if (namesTag(c.req.header('if-none-match'), tag)) return new Response(null, { status: 304, headers })
  return sendBytes(c, { content, tag, headers })
}

/** @throws MEDIA_WRONG_KIND */
function assertImage(ref: string, mime: string): void {
  const { kind } = mediaTypeOf(parseMediaRef(ref).ext)
  if (kind !== 'image') throw new CellarError('MEDIA_WRONG_KIND', { found: mime, expected: 'image' })
}

interface Answer {
  /** A stored file, or what a preset makes of it. */
  readonly content: Variant
  readonly tag: string
  readonly headers: Record<string, string>
}

async function sendBytes(c: Context, { content, tag, headers }: Answer): Promise<Response> {
  const { bytes } = content
  const condition = c.req.header('if-range')
  const range =
    condition === undefined || condition.trim() === tag ? parseByteRange(c.req.header('range'), bytes) : undefined
  if (range === null) throw new CellarError('RANGE_NOT_SATISFIABLE', { bytes })
  headers['content-length'] = String(range ? range.end - range.start + 1 : bytes)
  if (range) headers['content-range'] = `bytes ${range.start}-${range.end}/${bytes}`
  const status = range ? 206 : 200
  // A stream that nobody reads would keep its file open.
  if (c.req.method === 'HEAD' || bytes === 0) return new Response(null, { status, headers })
  const body = await content.open(range ?? { start: 0, end: bytes - 1 })
  if (body === undefined) throw missing()
  return new Response(body, { status, headers })
}

const missing = () => new CellarError('NOT_FOUND', { subject: 'This media file' })
