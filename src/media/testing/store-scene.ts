import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { createMediaStore, type MediaStoreOptions } from '../create-media-store.ts'
import { quarters } from './images.ts'
import { temporaryFolder } from './temporary.ts'

export const image = { kind: 'image', allowPath: true } as const
export const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** A store in a folder that is removed at the end of the test, and a small picture. */
export async function storeScene() {
  const folder = temporaryFolder()
  onTestFinished(() => folder[Symbol.dispose]())
  const home = folder.path
  const withOptions = (options: Partial<MediaStoreOptions>) => createMediaStore({ home, ...options })
  return {
    home,
    withOptions,
    store: withOptions({}),
    png: await quarters().png().toBuffer(),
    /** Unfinished files. */
    leftovers: () => readdir(join(home, 'media', 'tmp')).catch(() => []),
    /** Finished files. */
    async stored() {
      const names = await readdir(join(home, 'media'), { recursive: true }).catch(() => [])
      return names.filter((name) => /^[0-9a-f]{2}\/./.test(name))
    },
  }
}
