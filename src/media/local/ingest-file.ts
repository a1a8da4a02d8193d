import { createHash } from 'node:crypto'
import { resolve } from 'node:path'
import { CellarError } from '../../errors/cellar-error.ts'
import { Utf8Check } from '../sniff/utf8-check.ts'
import { fileChunks } from '../source/file-chunks.ts'
import { untilAborted } from '../source/stream-chunks.ts'
import type { StoredMedia } from '../stored-media.ts'
import { commitDraft } from './commit.ts'
import { fileDraft } from './draft.ts'
import { ingestChunks } from './ingest-chunks.ts'
import type { KnownContent } from './known-content.ts'
import type { StoredFiles } from './stored-files.ts'
import { Upload, type UploadLimits } from './upload.ts'

export interface FileInput {
  readonly path: string
  /** What its maker said of a file in the staging folder. */
  readonly known?: KnownContent | undefined
}

/** Stores a file: a copy of it, or itself when it was made for the store. */
export async function ingestFile(
  files: StoredFiles,
  { path, known }: FileInput,
  limits: UploadLimits,
): Promise<StoredMedia> {
  const whole = resolve(path)
  if (files.staging.owns(whole)) return adopt(files, { path: whole, known }, limits)
  return ingestChunks(new Upload(files, limits), fileChunks(path, files.calls), limits.signal)
}

/** Moves a file that was made for the store into it. */
async function adopt(files: StoredFiles, { path, known }: FileInput, limits: UploadLimits): Promise<StoredMedia> {
  const content = known ?? (await hashFile(files, path, limits.signal))
  const draft = await fileDraft(files, path)
  if (draft.size !== content.bytes || draft.size > limits.maxBytes) {
    await draft.discard()
    if (draft.size > limits.maxBytes) throw new CellarError('MEDIA_TOO_LARGE', { limit: limits.maxBytes })
    throw new CellarError('MEDIA_UNREADABLE', { input: path, reason: 'it was changed while it was read' })
  }
  return commitDraft(files, draft, { ...limits, ...content })
}

async function hashFile(files: StoredFiles, path: string, signal: AbortSignal | undefined): Promise<KnownContent> {
  const hash = createHash('sha256')
  const text = new Utf8Check()
  let bytes = 0
  for await (const chunk of untilAborted(fileChunks(path, files.calls), signal)) {
    hash.update(chunk)
    text.add(chunk)
    bytes += chunk.length
  }
  return { sha256: hash.digest('hex'), bytes, isText: text.isText() }
}
