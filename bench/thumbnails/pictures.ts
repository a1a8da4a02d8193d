import { writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import sharp, { type OverlayOptions } from 'sharp'

const WIDTH = 4000
const HEIGHT = 3000
/** Rows by which one picture is further down than the one before, so that no two have the same thumbnail. */
const STEP = 2

export interface PictureKind {
  readonly name: string
  /** Pixels of the kind, three channels each. */
  readonly draw: (height: number) => Promise<Buffer>
  readonly quality: number
}

/**
 * What a camera takes: smooth areas, edges, texture of several sizes and a sensor's mild noise. At quality 90 that is 3.1 MB
 * a picture, 2.1 bits a pixel, as 12-megapixel cameras and phones write (2.5 to 4 MB); decoding takes as long for each byte
 * as with photographs.
 */
export const CAMERA: PictureKind = { name: 'like a camera’s', draw: drawScene, quality: 90 }

/** Nothing but noise: the most bytes for each pixel, which no camera writes. */
export const NOISE: PictureKind = { name: 'of noise', draw: (height) => noise(WIDTH, height, 30), quality: 85 }

/** Writes pictures like the frames of a burst: a window that moves over one scene. */
export async function writePictures(folder: string, kind: PictureKind, count: number): Promise<string[]> {
  const pixels = await kind.draw(HEIGHT + count * STEP)
  const files = Array.from({ length: count }, (_, n) => join(folder, `${n}.jpg`))
  const left = files.entries()
  const write = async () => {
    for (const [n, file] of left) {
      const start = n * STEP * WIDTH * 3
      const frame = pixels.subarray(start, start + WIDTH * HEIGHT * 3)
      const raw = { width: WIDTH, height: HEIGHT, channels: 3 } as const
      await writeFile(file, await sharp(frame, { raw }).jpeg({ quality: kind.quality }).toBuffer())
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, write))
  return files
}

async function drawScene(height: number): Promise<Buffer> {
  const skyline = Array.from({ length: 40 }, (_, n) => {
    const top = 1300 + ((n * 137) % 500)
    const color = `hsl(${(n * 29) % 360} 25% ${30 + ((n * 17) % 40)}%)`
    return `<rect x="${n * 100}" y="${top}" width="${60 + ((n * 13) % 40)}" height="${2500 - top}" fill="${color}"/>`
  })
  const scene = `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}">
    <linearGradient id="sky" x2="0" y2="1"><stop stop-color="#2f6fb5"/><stop offset="0.6" stop-color="#e8e2da"/></linearGradient>
    <rect width="100%" height="100%" fill="url(#sky)"/>
    <path d="M0 1700 L700 1100 L1500 1500 L2300 900 L3100 1500 L4000 1200 V${height} H0 Z" fill="#4a5a3c"/>
    ${skyline.join('')}
    <rect y="2300" width="100%" height="100%" fill="#7a6f58"/>
  </svg>`
  const layers = [
    await texture(height - 1000, 40, 24),
    await texture(height - 1000, 8, 26),
    await texture(height - 1000, 3, 22),
    await sensor(height),
  ]
  return sharp(Buffer.from(scene)).composite(layers).removeAlpha().raw().toBuffer()
}

/** Grain of a size in pixels, over everything but the sky. */
async function texture(height: number, size: number, sigma: number): Promise<OverlayOptions> {
  const [columns, rows] = [Math.ceil(WIDTH / size), Math.ceil(height / size)]
  const grain = { raw: { width: columns, height: rows, channels: 3 } } as const
  const input = await sharp(await noise(columns, rows, sigma), grain)
    .grayscale()
    .resize(WIDTH, height, { fit: 'fill', kernel: 'cubic' })
    .png({ compressionLevel: 1 })
    .toBuffer()
  return { input, top: 1000, left: 0, blend: 'hard-light' }
}

/** Noise of a sensor, as smooth as interpolating its colours makes it. */
async function sensor(height: number): Promise<OverlayOptions> {
  const raw = { width: WIDTH, height, channels: 3 } as const
  const input = await sharp(await noise(WIDTH, height, 12), { raw })
    .blur(0.7)
    .raw()
    .toBuffer()
  return { input, raw, top: 0, left: 0, blend: 'hard-light' }
}

function noise(width: number, height: number, sigma: number): Promise<Buffer> {
  const grain = { type: 'gaussian', mean: 128, sigma } as const
  return sharp({ create: { width, height, channels: 3, background: '#345', noise: grain } })
    .raw()
    .toBuffer()
}
