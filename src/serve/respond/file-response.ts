import { Readable } from 'node:stream'
import { CellarError } from '../../errors/cellar-error.ts'
import type { MediaStore } from '../../media/media-store.ts'

const REF_PREFIX = 'cellar:'

/** The bytes of a media cell as an answer; a reference to another server redirects there. */
export async function fileResponse(store: MediaStore, cell: unknown): Promise<Response> {
  if (typeof cell !== 'string') throw new CellarError('NOT_FOUND', { subject: 'The file' })
  if (!cell.startsWith(REF_PREFIX)) return Response.redirect(cell, 302)
  const stat = await store.stat(cell)
  if (stat === undefined) throw new CellarError('NOT_FOUND', { subject: 'The file' })
  const headers = {
    'content-type': stat.mime,
    'content-length': String(stat.bytes),
    'content-disposition': `attachment; filename="${cell.slice(REF_PREFIX.length)}"`,
    'x-content-type-options': 'nosniff',
  }
  return new Response(Readable.toWeb(store.open(cell)) as ReadableStream<Uint8Array>, { headers })
}
