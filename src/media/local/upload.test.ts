import { readFile } from 'node:fs/promises'
import { beforeEach, describe, expect, test } from 'vitest'
import { noise } from '../testing/images.ts'
import { sha256, storeScene } from '../testing/store-scene.ts'

let scene: Awaited<ReturnType<typeof storeScene>>
beforeEach(async () => {
  scene = await storeScene()
})

describe('an upload in chunks', () => {
  const upload = { kind: 'image' } as const

  test('is stored like any other content', async () => {
    const bytes = await noise(900, 600).jpeg({ quality: 100 }).toBuffer()
    const sink = scene.store.begin(upload)
    for (let at = 0; at < bytes.length; at += 10_000) await sink.write(bytes.subarray(at, at + 10_000))
    const medium = await sink.finish()
    expect(medium).toMatchObject({ sha256: sha256(bytes), ext: 'jpg', facts: { width: 900, height: 600 } })
    expect(await readFile(scene.store.path(medium.ref))).toEqual(bytes)
  })

  test('may use its buffer again after each write', async () => {
    const bytes = await noise(700, 500).png().toBuffer()
    const sink = scene.store.begin(upload)
    const buffer = Buffer.alloc(50_000)
    for (let at = 0; at < bytes.length; at += buffer.length)
      await sink.write(buffer.subarray(0, bytes.copy(buffer, 0, at, at + buffer.length)))
    expect((await sink.finish()).sha256).toBe(sha256(bytes))
  })

  test('keeps the order of writes that do not wait for each other', async () => {
    const bytes = await noise(700, 500).png().toBuffer()
    const sink = scene.store.begin(upload)
    const writes = Array.from({ length: Math.ceil(bytes.length / 9999) }, (_, n) =>
      sink.write(bytes.subarray(n * 9999, (n + 1) * 9999)),
    )
    const medium = await sink.finish()
    await Promise.all(writes)
    expect(medium.sha256).toBe(sha256(bytes))
    expect(await readFile(scene.store.path(medium.ref))).toEqual(bytes)
  })

  test('that is aborted half way leaves nothing, and takes no more', async () => {
    const sink = scene.store.begin(upload)
    await sink.write(await noise(700, 500).png().toBuffer())
    expect(await scene.leftovers()).toHaveLength(1)
    await sink.abort()
    expect(await scene.leftovers()).toEqual([])
    await expect(sink.write(scene.png)).rejects.toMatchObject({ code: 'ABORTED' })
    await expect(sink.finish()).rejects.toMatchObject({ code: 'ABORTED' })
  })

  test('that went over the limit fails at once and at its end', async () => {
    const sink = scene.store.begin({ ...upload, maxBytes: 10 })
    await expect(sink.write(scene.png)).rejects.toMatchObject({ code: 'MEDIA_TOO_LARGE' })
    await expect(sink.finish()).rejects.toMatchObject({ code: 'MEDIA_TOO_LARGE' })
  })

  test('ends with its signal, also when nobody touches it again', async () => {
    const abort = new AbortController()
    const sink = scene.store.begin({ ...upload, signal: abort.signal })
    await sink.write(await noise(700, 500).png().toBuffer())
    abort.abort()
    await expect(sink.finish()).rejects.toMatchObject({ code: 'ABORTED' })
    expect(await scene.leftovers()).toEqual([])
  })

  test('can be finished once', async () => {
    const sink = scene.store.begin(upload)
    await sink.write(scene.png)
    await sink.finish()
    await sink.abort()
    await expect(sink.write(scene.png)).rejects.toMatchObject({ code: 'CLOSED' })
    expect(await scene.stored()).toHaveLength(1)
  })
})
