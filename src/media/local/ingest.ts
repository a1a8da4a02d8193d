import { open } from 'node:fs/promises'
import { CellarError } from '../../errors/cellar-error.ts'
import { fileSource } from '../byte-source.ts'
import { formatMediaRef, parseMediaRef } from '../media-ref.ts'
import type { OpenedSource } from '../source/open-source.ts'
import type { StoredMedia } from '../stored-media.ts'
import { checkContent } from './commit.ts'
import { ingestChunks } from './ingest-chunks.ts'
import { unlessMissing } from './storage-error.ts'
import type { StoredFiles } from './stored-files.ts'
import { Upload, type UploadLimits } from './upload.ts'

/** Bytes that are at hand are hashed before a file is made: most repeated content is never written. */
const IN_MEMORY = { keep: Number.POSITIVE_INFINITY, owned: true }

export async function ingestSource(
  files: StoredFiles,
  source: Exclude<OpenedSource, { readonly form: 'path' }>,
  limits: UploadLimits,
): Promise<StoredMedia> {
  switch (source.form) {
    case 'ref':
      return ingestRef(files, source.ref, limits)
    case 'bytes':
      return ingestChunks(new Upload(files, limits, IN_MEMORY), [source.bytes], limits.signal)
    case 'stream':
      return ingestChunks(new Upload(files, limits), source.chunks, limits.signal)
  }
}

/** Content that is there already: its time is renewed, so that it is not collected before the row that names it is written. */
async function ingestRef(files: StoredFiles, ref: string, limits: UploadLimits): Promise<StoredMedia> {
  const name = parseMediaRef(ref)
  const bytes = await files.touch(name)
  if (bytes === undefined) throw new CellarError('MEDIA_NOT_FOUND', { ref })
  await files.settle(name)
  const file = await unlessMissing(open(files.pathOf(name), 'r'))
  if (!file) throw new CellarError('MEDIA_NOT_FOUND', { ref })
  try {
    const { type, facts } = await checkContent(fileSource(file, bytes), name.ext === 'txt', limits)
    return { ref: formatMediaRef(name), ...name, mime: type.mime, bytes, kind: type.kind, facts }
  } finally {
    await file.close()
  }
}
