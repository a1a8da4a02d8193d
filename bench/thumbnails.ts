import { randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineTable, open, t } from 'cellar'
import { thumbnail } from 'cellar/functions/image'
import sharp from 'sharp'
import { type Comparison, compare } from './support/measure.ts'

const WIDTH = 4000
const HEIGHT = 3000

const pictures = defineTable('bench_pictures', { id: t.int().primaryKey(), photo: t.image() }).computed('thumb', (c) =>
  thumbnail(c.photo, { width: 320, height: 320 }),
)

/** A 12-megapixel JPEG with structure and noise. */
function drawPicture(): Promise<Buffer> {
  const noise = { type: 'gaussian', mean: 128, sigma: 30 } as const
  return sharp({ create: { width: WIDTH, height: HEIGHT, channels: 3, background: '#345', noise } })
    .jpeg({ quality: 85 })
    .toBuffer()
}

/** Files that no round before had, so that nothing is known of them: a comment segment makes each different. */
async function writePictures(folder: string, picture: Buffer, count: number): Promise<string[]> {
  const files = Array.from({ length: count }, (_, n) => join(folder, `${n}.jpg`))
  for (const file of files) {
    const comment = Buffer.from(randomUUID())
    const segment = Buffer.concat([Buffer.from([0xff, 0xfe, 0, comment.length + 2]), comment])
    await writeFile(file, Buffer.concat([picture.subarray(0, 2), segment, picture.subarray(2)]))
  }
  return files
}

/** Thumbnails through `insert` against a bare sharp loop on all cores. */
export async function benchThumbnails(rounds: number, count: number): Promise<Comparison> {
  const folder = await mkdtemp(join(tmpdir(), 'cellar-bench-'))
  const picture = await drawPicture()
  const cellar = await open({ home: join(folder, 'home') })
  await cellar.apply([pictures])
  const cores = availableParallelism()
  const result = await compare(`thumbnails of ${count} 12-megapixel JPEGs`, {
    unit: 'pictures/s',
    goal: 0.9,
    rounds,
    ours: {
      name: 'cellar',
      round: async () => {
        await cellar.delete(pictures)
        const files = await writePictures(folder, picture, count)
        const start = performance.now()
        await cellar.insert(
          pictures,
          files.map((photo, id) => ({ id, photo })),
        )
        return count / ((performance.now() - start) / 1000)
      },
    },
    theirs: {
      name: 'bare sharp',
      round: async () => {
        const files = await writePictures(folder, picture, count)
        const start = performance.now()
        let next = 0
        const worker = async () => {
          while (next < files.length) {
            const n = next
            next += 1
            const bytes = await sharp(files[n] as string)
              .rotate()
              .resize(320, 320, { fit: 'inside' })
              .jpeg()
              .toBuffer()
            await writeFile(join(folder, `thumb-${n}.jpg`), bytes)
          }
        }
        await Promise.all(Array.from({ length: cores }, worker))
        return count / ((performance.now() - start) / 1000)
      },
    },
  })
  await cellar.close()
  await rm(folder, { recursive: true, force: true })
  return result
}
