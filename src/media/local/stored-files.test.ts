import { mkdir, readdir, readFile, rename, symlink, truncate, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { createMediaStore } from '../create-media-store.ts'
import { noise } from '../testing/images.ts'
import { image, sha256, storeScene } from '../testing/store-scene.ts'

let scene: Awaited<ReturnType<typeof storeScene>>
beforeEach(async () => {
  scene = await storeScene()
})

describe('equal content is stored once', () => {
  test('also when it comes many times at the same moment', async () => {
    const bytes = await noise(700, 500).png().toBuffer()
    expect(bytes.length).toBeGreaterThan(600_000)
    const media = await Promise.all(
      Array.from({ length: 20 }, (_, n) => scene.store.ingest(n % 2 ? bytes : new Blob([bytes]), image)),
    )
    expect(new Set(media.map(({ ref }) => ref)).size).toBe(1)
    expect(await scene.stored()).toHaveLength(1)
    expect(await readFile(scene.store.path(media[0]?.ref ?? ''))).toEqual(bytes)
    expect(await scene.leftovers()).toEqual([])
  })

  test('from several stores of one home', async () => {
    const stores = Array.from({ length: 4 }, () => scene.withOptions({}))
    await Promise.all(stores.map((one) => one.ingest(scene.png, image)))
    expect(await scene.stored()).toHaveLength(1)
  })

  test('a stored file that lost bytes is replaced', async () => {
    const { ref } = await scene.store.ingest(scene.png, image)
    await truncate(scene.store.path(ref), 10)
    await scene.store.ingest(scene.png, image)
    expect(await readFile(scene.store.path(ref))).toEqual(scene.png)
  })
})

describe('starting', () => {
  test('removes what ended processes left and keeps what may be in use', async () => {
    await scene.store.ingest(scene.png, image)
    const tmp = join(scene.home, 'media', 'tmp')
    const [host, pid, id] = (await scene.store.scratch()).split('/').at(-1)?.split('-') ?? []
    const gone = `${host}-999999999-aaaaaaaa-1`
    const earlier = `${host}-${pid}-bbbbbbbb-1`
    const parent = `${host}-${process.ppid}-cccccccc-1`
    const own = `${host}-${pid}-${id}-ffff`
    const foreign = 'eeeeeeee-1-dddddddd-1'
    const forgotten = 'eeeeeeee-1-dddddddd-2'
    for (const name of [gone, earlier, parent, own, foreign, forgotten]) await writeFile(join(tmp, name), 'x')
    const dayBeforeYesterday = new Date(Date.now() - 2 * 86_400_000)
    await utimes(join(tmp, forgotten), dayBeforeYesterday, dayBeforeYesterday)
    await scene.withOptions({}).ingest(scene.png, image)
    expect((await scene.leftovers()).toSorted()).toEqual([parent, own, foreign].toSorted())
  })

  test('puts back what an interrupted removal had moved aside', async () => {
    const { ref } = await scene.store.ingest(scene.png, image)
    const trash = join(scene.home, 'media', 'trash')
    const path = scene.store.path(ref)
    await mkdir(trash, { recursive: true })
    await rename(path, join(trash, `${sha256(scene.png)}.png`))
    const other = scene.withOptions({})
    await other.scratch()
    expect(await readFile(path)).toEqual(scene.png)
    expect(await readdir(trash)).toEqual([])
  })

  test('works where the home is a link', async () => {
    await mkdir(join(scene.home, 'real'))
    await symlink(join(scene.home, 'real'), join(scene.home, 'link'))
    const linked = createMediaStore({ home: join(scene.home, 'link') })
    const { ref } = await linked.ingest(scene.png, image)
    expect(await linked.exists(ref)).toBe(true)
  })
})

describe('removing', () => {
  const hour = 3_600_000
  const age = async (path: string, ms: number) => {
    const time = new Date(Date.now() - ms)
    await utimes(path, time, time)
  }
  const files = async (before: Date) => {
    const found = []
    for await (const file of scene.store.files(before)) found.push(file)
    return found
  }

  test('takes old files and spares those that came again', async () => {
    const medium = await scene.store.ingest(scene.png, image)
    const before = new Date(Date.now() - hour)
    expect(await files(before)).toEqual([])
    expect(await scene.store.remove(medium, before)).toBe(false)
    await age(scene.store.path(medium.ref), 2 * hour)
    expect(await files(before)).toMatchObject([{ sha256: medium.sha256, ext: 'png', bytes: scene.png.length }])
    await scene.store.ingest(medium.ref, image)
    expect(await scene.store.remove(medium, before)).toBe(false)
    await age(scene.store.path(medium.ref), 2 * hour)
    expect(await scene.store.remove(medium, before)).toBe(true)
    expect(await scene.stored()).toEqual([])
  })

  test('never loses content that is ingested at the same moment', async () => {
    const before = new Date(Date.now() - hour)
    const medium = await scene.store.ingest(scene.png, image)
    for (let round = 0; round < 200; round++) {
      await age(scene.store.path(medium.ref), 2 * hour)
      const other = round % 2 ? scene.store.ingest(scene.png, image) : scene.store.ingest(new Blob([scene.png]), image)
      const [again] = await Promise.all([other, scene.store.remove(medium, before)])
      expect(await scene.store.exists(again.ref)).toBe(true)
    }
    expect(await readFile(scene.store.path(medium.ref))).toEqual(scene.png)
  })
})
