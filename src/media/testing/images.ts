import sharp, { type Sharp } from 'sharp'

/** A picture whose four quarters are red, green, blue and white, from left to right and top to bottom. */
export function quarters(width = 64, height = 48): Sharp {
  const half = { width: width / 2, height: height / 2 }
  const tile = (background: string) => ({ create: { ...half, channels: 3 as const, background } })
  return sharp({ create: { width, height, channels: 3, background: 'red' } }).composite([
    { input: tile('lime'), left: half.width, top: 0 },
    { input: tile('blue'), left: 0, top: half.height },
    { input: tile('white'), left: half.width, top: half.height },
  ])
}

/** An incompressible picture, for content of some size. */
export function noise(width: number, height: number): Sharp {
  const background = { r: 0, g: 0, b: 0 }
  return sharp({
    create: { width, height, channels: 3, background, noise: { type: 'gaussian', mean: 128, sigma: 60 } },
  })
}

/** The name of the colour at a place, in fractions of the size. */
export async function colorAt(image: Uint8Array | string, x: number, y: number): Promise<string> {
  const { data, info } = await sharp(image).ensureAlpha().raw().toBuffer({ resolveWithObject: true })
  const at = (Math.floor(y * info.height) * info.width + Math.floor(x * info.width)) * info.channels
  const [red = 0, green = 0, blue = 0, alpha = 0] = data.subarray(at, at + 4)
  if (alpha < 128) return 'transparent'
  const bits = [red, green, blue].map((value) => (value > 200 ? '1' : value < 55 ? '0' : '?')).join('')
  return (
    { '100': 'red', '010': 'green', '001': 'blue', '111': 'white', '000': 'black' }[bits] ??
    `rgb ${red} ${green} ${blue}`
  )
}
