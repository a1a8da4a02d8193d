import { CellarError } from '../errors/cellar-error.ts'

export interface MediaRef {
  readonly sha256: string
  readonly ext: string
}

const REF = /^cellar:([0-9a-f]{64})\.([a-z0-9]{1,8})$/

/** The text of a media cell. */
export function formatMediaRef(ref: MediaRef): string {
  return `cellar:${ref.sha256}.${ref.ext}`
}

export function isMediaRef(text: string): boolean {
  return REF.test(text)
}

/** @throws INVALID_VALUE */
export function parseMediaRef(text: string): MediaRef {
  const [, sha256, ext] = REF.exec(text) ?? []
  if (sha256 === undefined || ext === undefined)
    throw new CellarError('INVALID_VALUE', { subject: text, reason: 'a media ref is cellar:<sha256>.<extension>' })
  return { sha256, ext }
}
