import { join } from 'node:path'
import type { Resolve } from './fetch/pinned-host.ts'
import { DEFAULT_LIMITS, type MediaLimits } from './limits.ts'
import { LocalStore } from './local/local-store.ts'
import type { MediaStore } from './media-store.ts'

export interface MediaStoreOptions {
  /** The media lie in its folder `media`. */
  readonly home: string
  readonly limits?: Partial<MediaLimits>
  /** Lets URLs of private addresses be fetched. @default false */
  readonly allowPrivateHosts?: boolean
  /** False leaves writing to the disk to the operating system: a power cut may lose acknowledged files. @default true */
  readonly sync?: boolean
  /** Replaces the name resolution of downloads. */
  readonly resolve?: Resolve
}

/** Opens the store of a home. Folders are made when the first file comes. */
export function createMediaStore(options: MediaStoreOptions): MediaStore {
  return new LocalStore({
    root: join(options.home, 'media'),
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    sync: options.sync ?? true,
    allowPrivateHosts: options.allowPrivateHosts ?? false,
    resolve: options.resolve,
  })
}
