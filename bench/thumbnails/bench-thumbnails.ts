import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Cellar, defineTable, open, t } from 'cellar'
import { thumbnail } from 'cellar/functions/image'
import sharp from 'sharp'
import { type Comparison, compare } from '../support/measure.ts'
import { CAMERA, NOISE, type PictureKind, writePictures } from './pictures.ts'

const pictures = defineTable('bench_pictures', { id: t.int().primaryKey(), photo: t.image() }).computed('thumb', (c) =>
  thumbnail(c.photo, { width: 320, height: 320 }),
)

/** Thumbnails through `insert` against a bare sharp loop on all cores, which leaves the pictures where they are. */
export async function* benchThumbnails(rounds: number, count: number): AsyncGenerator<Comparison> {
  for (const kind of [CAMERA, NOISE]) {
    const folder = await mkdtemp(join(tmpdir(), 'cellar-bench-'))
    try {
      yield await comparePictures(folder, kind, { rounds, count })
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }
}

async function comparePictures(
  folder: string,
  kind: PictureKind,
  { rounds, count }: { readonly rounds: number; readonly count: number },
): Promise<Comparison> {
  const home = join(folder, 'home')
  const files = await writePictures(folder, kind, count)
  const cellar = await open({ home })
  try {
    await cellar.apply([pictures])
    return await compare(`thumbnails of ${count} 12-megapixel JPEGs ${kind.name}`, {
      unit: 'pictures/s',
      goal: 0.9,
      rounds,
      ours: {
        name: 'cellar',
        round: async () => {
          await forget(cellar, home)
          return timed(count, () =>
            cellar.insert(
              pictures,
              files.map((photo, id) => ({ id, photo })),
            ),
          )
        },
      },
      theirs: {
        name: 'bare sharp',
        round: async () => {
          const output = join(folder, 'thumbs')
          await rm(output, { recursive: true, force: true })
          await mkdir(output)
          return timed(count, () => bareLoop(files, output))
        },
      },
    })
  } finally {
    await cellar.close()
  }
}

async function timed(count: number, work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return count / ((performance.now() - start) / 1000)
}

async function bareLoop(files: readonly string[], output: string): Promise<void> {
  const left = files.entries()
  const worker = async () => {
    for (const [n, file] of left) {
      const bytes = await sharp(file).rotate().resize(320, 320, { fit: 'inside' }).jpeg().toBuffer()
      await writeFile(join(output, `${n}.jpg`), bytes)
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, worker))
}

/** Rows and stored files of the round before: content that the store has already would not be written again. */
async function forget(cellar: Cellar, home: string): Promise<void> {
  await cellar.delete(pictures)
  const media = join(home, 'media')
  const stored = await readdir(media, { recursive: true, withFileTypes: true }).catch(() => [])
  for (const entry of stored) if (entry.isFile()) await rm(join(entry.parentPath, entry.name))
}
