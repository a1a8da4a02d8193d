import { CellarError } from '../../errors/cellar-error.ts'
import { IMAGE_FITS, IMAGE_FORMATS, type ImageFit, type ImageOutput } from '../../media/decode/image-operation.ts'
import { type ImageRecipe, imageRecipe } from '../../media/make-variant.ts'
import { isInstalled } from '../../util/is-installed.ts'

/** An image as callers may have it: at most so big, in such a format. */
export interface ImagePreset extends ImageOutput {
  /** Pixels. With one of both the shape is kept; no image gets bigger than it is. */
  readonly width?: number
  readonly height?: number
  /** @default 'inside' */
  readonly fit?: ImageFit
}

/** How a router serves media. */
export interface MediaOptions {
  /** By name, what `<media URL>?preset=<name>` makes of an image. Callers have no other sizes. */
  readonly presets?: Readonly<Record<string, ImagePreset>>
  /** Images that may be being made at a time, whatever router asks; beyond it is 503 with `Retry-After`. @default 32 */
  readonly maxMaking?: number
}

/** Options that were checked. */
export interface MediaPolicy {
  readonly presets: ReadonlyMap<string, ImageRecipe>
  readonly maxMaking: number
}

const OPTIONS = ['presets', 'maxMaking']
const PRESET_OPTIONS = ['width', 'height', 'fit', 'format', 'quality']
const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/
const MOST_PIXELS = 16_383
const MAX_MAKING = 32

/** @throws ROUTE_INVALID */
export function checkMediaOptions(options: MediaOptions = {}): MediaPolicy {
  refuseOthers('media', options, OPTIONS)
  const { presets = {}, maxMaking = MAX_MAKING } = options
  if (!isWhole(maxMaking, 1_000_000))
    throw invalid('media.maxMaking', `is ${String(maxMaking)}`, 'Give a whole number above 0, or leave it out.')
  if (!isRecord(presets)) throw invalid('media.presets', 'is no object', 'Give presets by name.')
  const recipes = Object.entries(presets).map(([name, preset]) => [name, recipeOf(name, preset)] as const)
  return Object.freeze({ presets: new Map(recipes), maxMaking })
}

/** @throws OPTIONAL_DEPENDENCY_MISSING when there are presets and nothing to make them with */
export function assertPresetsWork({ presets }: MediaPolicy): void {
  if (presets.size === 0 || isInstalled('sharp')) return
  throw new CellarError('OPTIONAL_DEPENDENCY_MISSING', { feature: 'media.presets of a router', package: 'sharp' })
}

/** Whether two routers answer the same for media. */
export function areEqualPolicies(one: MediaPolicy, other: MediaPolicy): boolean {
  if (one.maxMaking !== other.maxMaking || one.presets.size !== other.presets.size) return false
  return [...one.presets].every(([name, { key }]) => other.presets.get(name)?.key === key)
}

function recipeOf(name: string, preset: ImagePreset): ImageRecipe {
  const option = `media.presets.${name}`
  if (!NAME.test(name))
    throw invalid('media.presets', `names ${JSON.stringify(name)}`, 'Use letters, digits, - and _, at most 64.')
  refuseOthers(option, preset, PRESET_OPTIONS)
  const { width, height, fit, format, quality } = preset
  for (const [side, value] of Object.entries({ width, height }))
    if (value !== undefined && !isWhole(value, MOST_PIXELS))
      throw invalid(`${option}.${side}`, `is ${String(value)}`, `Give a whole number from 1 to ${MOST_PIXELS}.`)
  if (fit !== undefined && !IMAGE_FITS.includes(fit))
    throw invalid(`${option}.fit`, `is ${String(fit)}`, `Give one of ${IMAGE_FITS.join(', ')}.`)
  if (format !== undefined && !IMAGE_FORMATS.includes(format))
    throw invalid(`${option}.format`, `is ${String(format)}`, `Give one of ${IMAGE_FORMATS.join(', ')}.`)
  if (quality !== undefined && !isWhole(quality, 100))
    throw invalid(`${option}.quality`, `is ${String(quality)}`, 'Give a whole number from 1 to 100.')
  if (width === undefined && height === undefined && format === undefined)
    throw invalid(option, 'changes nothing', 'Give width, height or format.')
  return imageRecipe(preset)
}

function refuseOthers(option: string, value: object, known: readonly string[]): void {
  if (!isRecord(value)) throw invalid(option, 'is no object', `Give ${known.join(', ')}.`)
  for (const name of Object.keys(value))
    if (!known.includes(name)) throw invalid(`${option}.${name}`, 'is not an option', `There are ${known.join(', ')}.`)
}

const isRecord = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value)
const isWhole = (value: unknown, most: number): boolean =>
  Number.isSafeInteger(value) && Number(value) > 0 && Number(value) <= most

const invalid = (option: string, reason: string, fix: string): CellarError =>
  new CellarError('ROUTE_INVALID', { route: 'TableRouter', option, reason, fix })
