import { randomBytes } from 'node:crypto'
import { readdirSync, readlinkSync } from 'node:fs'
import { truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { temporaryFolder } from '../testing/temporary.ts'
import { readPart } from './read-part.ts'

const folder = temporaryFolder()
const path = join(folder.path, 'file')
const content = randomBytes(1_000_000)
afterAll(() => folder[Symbol.dispose]())

const read = async (start: number, end: number) =>
  Buffer.from(await new Response(await readPart(path, { start, end })).arrayBuffer())

/** Descriptors of the file that this process has open; nothing where the system does not tell. */
function open(): number {
  if (process.platform !== 'linux') return 0
  const targetOf = (fd: string) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`)
    } catch {
      return undefined
    }
  }
  return readdirSync('/proc/self/fd').filter((fd) => targetOf(fd) === path).length
}

test('a part of a file is what lies there, however long it is', async () => {
  await writeFile(path, content)
  for (const [start, end] of [
    [0, 999_999],
    [0, 0],
    [999_999, 999_999],
    [100, 262_243],
    [100, 262_244],
    [262_144, 786_431],
  ] as const)
    expect((await read(start, end)).equals(content.subarray(start, end + 1))).toBe(true)
  await expect.poll(open).toBe(0)
})

test('a stream that nobody wants any more closes the file, also while it is being read', async () => {
  await writeFile(path, content)
  const stream = (await readPart(path, { start: 0, end: 999_999 })) as ReadableStream<Uint8Array>
  await stream.cancel()
  const other = (await readPart(path, { start: 0, end: 999_999 })) as ReadableStream<Uint8Array>
  const reader = other.getReader()
  await reader.read()
  const reading = reader.read()
  await reader.cancel()
  await reading
  await expect.poll(open).toBe(0)
})

test('a file that was shortened is told, and closed', async () => {
  await writeFile(path, content)
  const stream = await readPart(path, { start: 0, end: 999_999 })
  await truncate(path, 300_000)
  await expect(new Response(stream).arrayBuffer()).rejects.toThrow()
  await expect(readPart(path, { start: 299_999, end: 300_000 })).rejects.toMatchObject({ code: 'INTERNAL' })
  await expect.poll(open).toBe(0)
})

test('without a file there is nothing', async () => {
  expect(await readPart(join(folder.path, 'none'), { start: 0, end: 9 })).toBeUndefined()
})
