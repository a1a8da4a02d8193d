import { createHmac, timingSafeEqual } from 'node:crypto'

/** Seconds. A URL is good for one window at least and two at most. */
const WINDOW = 3600
const SIGNATURE_LENGTH = 43

/** Makes and checks the signatures of one router's media URLs. */
export interface MediaSigner {
  /** `?expires=…&signature=…`; the same within a window, so that equal answers have equal URLs. */
  query(file: string): string
  /** Seconds that the URL is still good for; undefined when it is not signed by this router or is over. */
  check(file: string, expires: string | undefined, signature: string | undefined): number | undefined
}

export function createMediaSigner(key: Uint8Array, prefix: string, now: () => number = Date.now): MediaSigner {
  const sign = (file: string, expires: number) =>
    createHmac('sha256', key)
      .update(`${hashOf(file)}\n${prefix}\n${expires}`)
      .digest('base64url')
  return {
    query(file) {
      const expires = (Math.floor(now() / 1000 / WINDOW) + 2) * WINDOW
      return `?expires=${expires}&signature=${sign(file, expires)}`
    },
    check(file, expires, signature) {
      if (expires === undefined || signature === undefined || signature.length !== SIGNATURE_LENGTH) return undefined
      const rest = Number(expires) - Math.floor(now() / 1000)
      if (!/^\d{1,12}$/.test(expires) || rest <= 0) return undefined
      const given = Buffer.from(signature)
      const wanted = Buffer.from(sign(file, Number(expires)))
      return given.length === wanted.length && timingSafeEqual(given, wanted) ? rest : undefined
    },
  }
}

const hashOf = (file: string): string => file.split('.', 1)[0] ?? file
