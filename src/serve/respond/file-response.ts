import { CellarError } from '../../errors/cellar-error.ts'
import type { MediaStore } from '../../media/media-store.ts'

const REF_PREFIX = 'cellar:'

/** The bytes of a media cell as an answer, or what HEAD is told of them; a reference to another server redirects there. */
export async function fileResponse(store: MediaStore, cell: unknown, isHead: boolean): Promise<Response> {
  if (typeof cell !== 'string') throw new CellarError('NOT_FOUND', { subject: 'The file' })
  if (!cell.startsWith(REF_PREFIX)) return Response.redirect(cell, 302)
  const stat = await store.stat(cell)
  // Nobody would read the bytes, or close their file.
  const body = stat && (isHead ? null : await store.open(cell, { start: 0, end: stat.bytes - 1 }))
  if (stat === undefined || body === undefined) throw new CellarError('NOT_FOUND', { subject: 'The file' })
  const headers = {
    'content-type': stat.mime,
    'content-length': String(stat.bytes),
    'content-disposition': `attachment; filename="${cell.slice(REF_PREFIX.length)}"`,
    'x-content-type-options': 'nosniff',
  }
  return new Response(body, { headers })
}
