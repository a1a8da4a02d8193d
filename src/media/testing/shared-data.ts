import { existsSync } from 'node:fs'
import { resolve } from 'node:path'

const FOLDER = resolve('../shared/data')

/** Real files beside the checkout. Tests that want them skip where they are absent: a fresh checkout has none. */
export const HAS_SHARED_DATA = existsSync(FOLDER)
export const sharedData = (path: string): string => resolve(FOLDER, path)
