import { Readable } from 'node:stream'
import type { Context } from 'hono'
import { CellarError } from '../../errors/cellar-error.ts'
import type { MediaStore } from '../../media/media-store.ts'
import { namesTag, parseByteRange } from './byte-range.ts'
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
}

/**
 * GET and HEAD `<prefix>/media/<sha256>.<ext>`: the stored bytes. It never looks for rows: a router without `auth`
 * serves any hash, one with `auth` what it signed. Unknown and forbidden look the same.
 */
export async function serveMedia(c: Context, access: MediaAccess): Promise<Response> {
  const file = c.req.param('file') ?? ''
  const rest = access.signer?.check(file, c.req.query('expires'), c.req.query('signature'))
  if (!FILE.test(file) || (access.signer && rest === undefined)) throw missing()
  const ref = `cellar:${file}`
  const stat = await access.store.stat(ref)
  if (stat === undefined) throw missing()
  const tag = `"${file.slice(0, 64)}"`
  const headers: Record<string, string> = {
    'content-type': stat.mime,
    etag: tag,
    'accept-ranges': 'bytes',
    'cache-control': rest === undefined ? `public, max-age=${YEAR}, immutable` : `private, max-age=${rest}`,
    'x-content-type-options': 'nosniff',
  }
  if (!INLINE.test(stat.mime)) {
    headers['content-disposition'] = `attachment; filename="${file}"`
    headers['content-security-policy'] = SANDBOX
  }
  if (namesTag(c.req.header('if-none-match'), tag)) return new Response(null, { status: 304, headers })
  return sendBytes(c, { store: access.store, ref, bytes: stat.bytes, tag, headers })
}

interface Bytes {
  readonly store: MediaStore
  readonly ref: string
  readonly bytes: number
  readonly tag: string
  readonly headers: Record<string, string>
}

function sendBytes(c: Context, { store, ref, bytes, tag, headers }: Bytes): Response {
  const condition = c.req.header('if-range')
  const range =
    condition === undefined || condition.trim() === tag ? parseByteRange(c.req.header('range'), bytes) : undefined
  if (range === null) throw new CellarError('RANGE_NOT_SATISFIABLE', { bytes })
  headers['content-length'] = String(range ? range.end - range.start + 1 : bytes)
  if (range) headers['content-range'] = `bytes ${range.start}-${range.end}/${bytes}`
  const status = range ? 206 : 200
  // A stream that nobody reads would keep its file open.
  if (c.req.method === 'HEAD' || bytes === 0) return new Response(null, { status, headers })
  const stream = store.open(ref, range)
  return new Response(Readable.toWeb(stream) as ReadableStream<Uint8Array>, { status, headers })
}

const missing = () => new CellarError('NOT_FOUND', { subject: 'This media file' })
