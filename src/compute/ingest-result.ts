import { isAbsolute, relative } from 'node:path'
import type { FunctionDefinition } from '../func/function-definition.ts'
import type { MediaSource } from '../media/media-source.ts'
import type { MediaStore } from '../media/media-store.ts'
import { faultOf } from './fault.ts'
import { mediaOf, referenceOf } from './media-value.ts'
import type { Outcome } from './outcome.ts'

/** Stores what a function returned for a media type. */
export async function ingestResult(
  store: MediaStore,
  { name, returns }: FunctionDefinition,
  value: unknown,
  signal: AbortSignal,
): Promise<Outcome> {
  const kind = returns.type.mediaKind
  const reference = referenceOf(returns.type, value)
  if (kind === null || reference) return { value: reference ?? value }
  try {
    const allowPath = mayBePath(store, value)
    const stored = await store.ingest(value as MediaSource, {
      kind,
      allowPath,
      allowRef: typeof value !== 'string',
      signal,
    })
    return { value: mediaOf(kind, stored), stored }
  } catch (error) {
    return faultOf(error, name)
  }
}

/**
 * A function may have passed on a text that came from outside, so a text is a path only inside the store's own folder
 * (`scratch`), and never a ref. Any other file is named by a `file:` URL object, which no text turns into by accident.
 */
function mayBePath(store: MediaStore, value: unknown): boolean {
  if (value instanceof URL) return true
  if (typeof value !== 'string' || !isAbsolute(value)) return false
  const inside = relative(store.root, value)
  return inside !== '' && !inside.startsWith('..') && !isAbsolute(inside)
}
