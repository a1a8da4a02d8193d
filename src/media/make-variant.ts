import { createHash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { CellarError, isCellarError } from '../errors/cellar-error.ts'
import type { ImageFit, ImageFormat, ImageOperation, ImageOutput } from './decode/image-operation.ts'
import type { MediaStore, Variant } from './media-store.ts'
import { transformImage } from './transform-image.ts'

/** What is made of an image, under a name that is the same wherever the same is made. */
export interface ImageRecipe {
  readonly key: string
  readonly operations: readonly ImageOperation[]
  readonly output: ImageOutput
}

export interface RecipeOptions extends ImageOutput {
  readonly width?: number
  readonly height?: number
  readonly fit?: ImageFit
}

const EXTENSIONS: Readonly<Record<ImageFormat, string>> = {
  jpeg: 'jpg',
  png: 'png',
  webp: 'webp',
  avif: 'avif',
  gif: 'gif',
  tiff: 'tiff',
}
/** Hexadecimal digits. */
const KEY_LENGTH = 32
/** Of the same image they come again. */
const LASTING = new Set(['MEDIA_DECODE_FAILED', 'MEDIA_DECODE_LIMIT', 'MEDIA_UNSUPPORTED'])
const FAILURE_MS = 60_000
const MOST_FAILURES = 1000

/** Never enlarges; keeps the shape unless `fit` says otherwise. */
export function imageRecipe({ width, height, fit = 'inside', format, quality }: RecipeOptions): ImageRecipe {
  const size = { ...(width !== undefined && { width }), ...(height !== undefined && { height }) }
  const isSized = width !== undefined || height !== undefined
  const operations: ImageOperation[] = isSized ? [{ kind: 'resize', ...size, fit, enlarge: false }] : []
  const output = { ...(format && { format }), ...(quality !== undefined && { quality }) }
  const key = createHash('sha256')
    .update(JSON.stringify([operations, output.format, output.quality]))
    .digest('hex')
    .slice(0, KEY_LENGTH)
  return { key, operations, output }
}

interface Workshop {
  readonly running: Map<string, Promise<Variant>>
  readonly failures: Map<string, { readonly error: CellarError; readonly until: number }>
}

const workshops = new WeakMap<MediaStore, Workshop>()

/**
 * What a recipe makes of a stored image: what is kept, or else made now, once for all who ask meanwhile. Nobody who goes
 * away cancels it. An image that cannot be decoded is not tried again for a minute.
 *
 * @throws SERVER_BUSY when `most` are being made; MEDIA_DECODE_FAILED, MEDIA_DECODE_LIMIT, MEDIA_UNSUPPORTED, STORAGE_FULL
 */
export async function makeVariant(
  store: MediaStore,
  ref: string,
  recipe: ImageRecipe,
  { most }: { readonly most: number },
): Promise<Variant> {
  const kept = await store.findVariant(ref, recipe.key)
  if (kept) return kept
  const { running, failures } = workshopOf(store)
  const key = `${ref} ${recipe.key}`
  const begun = running.get(key)
  if (begun) return begun
  const failure = failures.get(key)
  if (failure && failure.until > Date.now()) throw failure.error
  failures.delete(key)
  if (running.size >= most) throw new CellarError('SERVER_BUSY', { limit: `${most} images` })
  const making = make(store, ref, recipe)
    .catch((error: unknown) => {
      if (isCellarError(error) && LASTING.has(error.code)) {
        const oldest = failures.keys().next()
        if (failures.size >= MOST_FAILURES && !oldest.done) failures.delete(oldest.value)
        failures.set(key, { error, until: Date.now() + FAILURE_MS })
      }
      throw error
    })
    .finally(() => running.delete(key))
  running.set(key, making)
  return making
}

function workshopOf(store: MediaStore): Workshop {
  const known = workshops.get(store)
  if (known) return known
  const made: Workshop = { running: new Map(), failures: new Map() }
  workshops.set(store, made)
  return made
}

async function make(store: MediaStore, ref: string, { key, operations, output }: ImageRecipe): Promise<Variant> {
  // Somebody may have finished between the look and now.
  const kept = await store.findVariant(ref, key)
  if (kept) return kept
  const path = await store.scratch()
  try {
    const { format } = await transformImage(store.path(ref), operations, { ...output, to: path })
    return await store.keepVariant(ref, key, { path, ext: EXTENSIONS[format] })
  } catch (error) {
    await rm(path, { force: true })
    throw error
  }
}
