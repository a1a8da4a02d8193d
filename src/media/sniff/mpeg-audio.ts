// ISO 11172-3 and 13818-3: kbit/s by index for layers I, II, III of MPEG 1, then of MPEG 2 and 2.5.
const BITRATES = {
  1: [
    [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
    [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
    [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  ],
  2: [
    [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
    [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
    [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
  ],
} as const
const SAMPLE_RATES = [44_100, 48_000, 32_000]

/** The length in bytes of the MPEG audio frame that starts there; undefined when none does. */
export function mpegAudioFrame(bytes: Buffer, offset = 0): number | undefined {
  if (offset + 4 > bytes.length) return undefined
  const header = bytes.readUInt32BE(offset)
  if (header >>> 21 !== 0x7ff) return undefined
  const version = (header >>> 19) & 3 // 0: MPEG 2.5, 2: MPEG 2, 3: MPEG 1
  const layer = 4 - ((header >>> 17) & 3)
  const sampleRate = (SAMPLE_RATES[(header >>> 10) & 3] ?? 0) / (version === 3 ? 1 : version === 2 ? 2 : 4)
  const bitrate = BITRATES[version === 3 ? 1 : 2][layer - 1]?.[((header >>> 12) & 15) - 1]
  if (version === 1 || bitrate === undefined || sampleRate === 0) return undefined
  const padding = (header >>> 9) & 1
  if (layer === 1) return (Math.floor((12_000 * bitrate) / sampleRate) + padding) * 4
  return Math.floor(((layer === 3 && version !== 3 ? 72_000 : 144_000) * bitrate) / sampleRate) + padding
}

/** Two frames, one right after the other: two bytes alone also begin other content. */
export function isMpegAudioStream(head: Buffer): boolean {
  const length = mpegAudioFrame(head)
  return length !== undefined && mpegAudioFrame(head, length) !== undefined
}

function adtsFrame(bytes: Buffer, offset: number): number | undefined {
  if (offset + 7 > bytes.length || (bytes.readUInt16BE(offset) & 0xfff6) !== 0xfff0) return undefined
  const length = (bytes.readUIntBE(offset + 3, 3) >>> 5) & 0x1fff
  return length >= 7 ? length : undefined
}

/** AAC without a container. */
export function isAdtsStream(head: Buffer): boolean {
  const length = adtsFrame(head, 0)
  return length !== undefined && adtsFrame(head, length) !== undefined
}
