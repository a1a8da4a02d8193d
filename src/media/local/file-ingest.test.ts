import { readdirSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { noise } from '../testing/images.ts'
import { image, sha256, storeScene } from '../testing/store-scene.ts'

/** Names of threads are what Linux says of them. */
const threads = () =>
  readdirSync('/proc/self/task').filter((id) =>
    readFileSync(`/proc/self/task/${id}/comm`, 'utf8').startsWith('cellar files'),
  )

describe.skipIf(process.platform !== 'linux')('the thread that stores files (is seen on Linux only)', () => {
  test('is there after some large files, stores others, and ends with the store', async () => {
    const scene = await storeScene()
    const large = await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        noise(400 + n, 300)
          .png()
          .toBuffer(),
      ),
    )
    const paths = large.map((_, n) => join(scene.home, `${n}.png`))
    for (const [n, path] of paths.entries()) await writeFile(path, large[n] ?? '')
    const small = join(scene.home, 'small.png')
    await writeFile(small, scene.png)
    for (let n = 0; n < 10; n += 1) await scene.store.ingest(small, image)
    for (const bytes of large) await scene.store.ingest(bytes, image)
    expect(threads()).toEqual([])
    for (const path of paths) await scene.store.ingest(path, image)
    await expect.poll(threads).toHaveLength(1)
    const stored = await Promise.all([...paths, small].map((path) => scene.store.ingest(path, image)))
    expect(stored.map((one) => one.sha256)).toEqual([...large, scene.png].map(sha256))
    await scene.store.close()
    await expect.poll(threads).toEqual([])
    expect(await scene.leftovers()).toEqual([])
  })
})
