import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { beforeEach, describe, expect, test } from 'vitest'
import { image, sha256, storeScene } from '../testing/store-scene.ts'

let scene: Awaited<ReturnType<typeof storeScene>>
beforeEach(async () => {
  scene = await storeScene()
})

describe('a scratch file', () => {
  test('is moved when it is ingested', async () => {
    const path = await scene.store.scratch()
    await writeFile(path, scene.png)
    const medium = await scene.store.ingest(path, image)
    expect(medium.sha256).toBe(sha256(scene.png))
    expect(existsSync(path)).toBe(false)
    expect(await readFile(scene.store.path(medium.ref))).toEqual(scene.png)
  })

  test('may have an extension', async () => {
    const path = `${await scene.store.scratch()}.png`
    await writeFile(path, scene.png)
    await scene.store.ingest(path, image)
    expect(existsSync(path)).toBe(false)
  })

  test('that cannot be used is removed', async () => {
    for (const content of [Buffer.from('text'), scene.png.subarray(0, 100)]) {
      const path = await scene.store.scratch()
      await writeFile(path, content)
      await expect(scene.store.ingest(path, image)).rejects.toMatchObject({ status: 422 })
      expect(existsSync(path)).toBe(false)
    }
  })
})

describe('reading', () => {
  test('gives the whole or a range', async () => {
    const { ref } = await scene.store.ingest(scene.png, image)
    const read = async (start: number, end: number) =>
      Buffer.from(await new Response(await scene.store.open(ref, { start, end })).arrayBuffer())
    expect(await read(0, scene.png.length - 1)).toEqual(scene.png)
    expect(await read(10, 19)).toEqual(scene.png.subarray(10, 20))
    expect(await scene.store.stat(ref)).toEqual({ bytes: scene.png.length, mime: 'image/png' })
    expect(Buffer.from(await scene.store.bytes(ref))).toEqual(scene.png)
  })

  test('says what is not there', async () => {
    const ref = `cellar:${'0'.repeat(64)}.png`
    expect(await scene.store.exists(ref)).toBe(false)
    expect(await scene.store.stat(ref)).toBeUndefined()
    expect(await scene.store.open(ref, { start: 0, end: 9 })).toBeUndefined()
    await expect(scene.store.bytes(ref)).rejects.toMatchObject({ code: 'MEDIA_NOT_FOUND' })
    expect(() => scene.store.path('cellar:../x.png')).toThrow(expect.objectContaining({ code: 'INVALID_VALUE' }))
  })
})

test('a closed store takes nothing and has finished what it took', async () => {
  const running = scene.store.ingest(scene.png, image)
  await scene.store.close()
  expect(await scene.store.exists((await running).ref)).toBe(true)
  await expect(scene.store.ingest(scene.png, image)).rejects.toMatchObject({ code: 'CLOSED' })
  expect(() => scene.store.begin({ kind: 'image' })).toThrow(expect.objectContaining({ code: 'CLOSED' }))
})
