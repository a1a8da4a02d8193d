import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { resolve } from 'node:path'
import { CellarError } from '../../errors/cellar-error.ts'
import { fileSource } from '../byte-source.ts'
import { formatMediaRef, parseMediaRef } from '../media-ref.ts'
import { Utf8Check } from '../sniff/utf8-check.ts'
import { fileChunks } from '../source/file-chunks.ts'
import type { OpenedSource } from '../source/open-source.ts'
import { untilAborted } from '../source/stream-chunks.ts'
import type { StoredMedia } from '../stored-media.ts'
import { checkContent, commitDraft } from './commit.ts'
import { fileDraft } from './draft.ts'
import { type KnownContent, takeKnownContent } from './known-content.ts'
import { unlessMissing } from './storage-error.ts'
import type { StoredFiles } from './stored-files.ts'
import { Upload, type UploadLimits } from './upload.ts'

/** Bytes that are at hand are hashed before a file is made: most repeated content is never written. */
const IN_MEMORY = { keep: Number.POSITIVE_INFINITY, owned: true }

export async function ingestSource(
  files: StoredFiles,
  source: OpenedSource,
  limits: UploadLimits,
): Promise<StoredMedia> {
  switch (source.form) {
    case 'ref':
      return ingestRef(files, source.ref, limits)
    case 'bytes':
      return ingestChunks(new Upload(files, limits, IN_MEMORY), [source.bytes], limits.signal)
    case 'path':
      if (files.staging.owns(resolve(source.path))) return adopt(files, resolve(source.path), limits)
      return ingestChunks(new Upload(files, limits), source.chunks, limits.signal)
    case 'stream':
      return ingestChunks(new Upload(files, limits), source.chunks, limits.signal)
  }
}

async function ingestChunks(
  upload: Upload,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<StoredMedia> {
  try {
    for await (const chunk of Symbol.asyncIterator in chunks ? untilAborted(chunks, signal) : chunks)
      await upload.write(chunk)
    return await upload.finish()
  } catch (error) {
    await upload.abort()
    throw error
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

/** Moves a file that was made for the store into it. */
async function adopt(files: StoredFiles, path: string, limits: UploadLimits): Promise<StoredMedia> {
  const content = takeKnownContent(path) ?? (await hashFile(path, limits.signal))
  const draft = await fileDraft(files, path)
  if (draft.size !== content.bytes || draft.size > limits.maxBytes) {
    await draft.discard()
    if (draft.size > limits.maxBytes) throw new CellarError('MEDIA_TOO_LARGE', { limit: limits.maxBytes })
    throw new CellarError('MEDIA_UNREADABLE', { input: path, reason: 'it was changed while it was read' })
  }
  return commitDraft(files, draft, { ...limits, ...content })
}

async function hashFile(path: string, signal: AbortSignal | undefined): Promise<KnownContent> {
  const hash = createHash('sha256')
  const text = new Utf8Check()
  let bytes = 0
  for await (const chunk of untilAborted(fileChunks(path), signal)) {
    hash.update(chunk)
    text.add(chunk)
    bytes += chunk.length
  }
  return { sha256: hash.digest('hex'), bytes, isText: text.isText() }
}
