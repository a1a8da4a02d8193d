export interface MediaLimits {
  /** Bytes of one ingested file. @default 10 GiB */
  readonly bytes: number
  /** Width times height of one image. @default 268_402_689 (16383², the limit of libvips-based tools) */
  readonly pixels: number
  /** Bytes fetched from a URL. @default 1 GiB */
  readonly fetchBytes: number
  /** Milliseconds a whole download may take. @default 300_000 */
  readonly fetchTime: number
  /** Milliseconds without a byte after which a download is given up. @default 15_000 */
  readonly fetchIdle: number
}

export const DEFAULT_LIMITS: MediaLimits = Object.freeze({
  bytes: 10 * 1024 ** 3,
  pixels: 16_383 ** 2,
  fetchBytes: 1024 ** 3,
  fetchTime: 300_000,
  fetchIdle: 15_000,
})
