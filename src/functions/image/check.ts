import { CellarError } from 'cellar'
import { IMAGE_FITS, IMAGE_FORMATS, type ImageFit, type ImageOutput } from 'cellar/media'

/** Refuses what can never work where it is declared, not row by row. */
function check(name: string, isFine: boolean, reason: string): void {
  if (!isFine) throw new CellarError('INVALID_DECLARATION', { subject: `A call of ${name}`, reason })
}

export function checkPixels(name: string, values: Readonly<Record<string, number | undefined>>, least = 1): void {
  for (const [key, value] of Object.entries(values))
    if (value !== undefined)
      check(name, Number.isSafeInteger(value) && value >= least, `${key} has to be a whole number of at least ${least}`)
}

export function checkNumber(name: string, key: string, value: number, [least, most]: readonly [number, number]): void {
  check(name, value >= least && value <= most, `${key} has to be between ${least} and ${most}`)
}

export function checkFit(name: string, fit: ImageFit | undefined): void {
  check(name, fit === undefined || IMAGE_FITS.includes(fit), `fit is one of ${IMAGE_FITS.join(', ')}`)
}

export function checkOutput(name: string, { format, quality }: ImageOutput): void {
  check(name, format === undefined || IMAGE_FORMATS.includes(format), `format is one of ${IMAGE_FORMATS.join(', ')}`)
  const isQuality = quality === undefined || (Number.isSafeInteger(quality) && quality >= 1 && quality <= 100)
  check(name, isQuality, 'quality has to be a whole number from 1 to 100')
}

export function checkSome(name: string, values: Readonly<Record<string, unknown>>): void {
  const names = Object.keys(values).join(' or ')
  check(
    name,
    Object.values(values).some((value) => value !== undefined),
    `it needs ${names}`,
  )
}
