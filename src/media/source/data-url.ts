import { CellarError } from '../../errors/cellar-error.ts'

/**
 * The bytes of a data URL. The type it names is not used.
 *
 * @throws INVALID_VALUE, MEDIA_TOO_LARGE before anything is decoded
 */
export function parseDataUrl(url: string, maxBytes: number): Uint8Array {
  const comma = url.indexOf(',')
  if (comma < 0) throw invalid('it has no comma before its data')
  const isBase64 = /;\s*base64\s*$/i.test(url.slice(0, comma))
  // Three bytes are four characters of base64, or nine when percent-encoded.
  if ((url.length - comma) / (isBase64 ? 4 / 3 : 3) > maxBytes + 3)
    throw new CellarError('MEDIA_TOO_LARGE', { limit: maxBytes })
  return isBase64 ? decodeBase64(url.slice(comma + 1)) : decodePercent(url.slice(comma + 1))
}

function decodeBase64(data: string): Uint8Array {
  const text = data.includes('%') ? decodePercent(data).toString('latin1') : data
  const compact = text.replace(/\s+/g, '').replace(/={1,2}$/, '')
  if (!/^[A-Za-z0-9+/_-]*$/.test(compact) || compact.length % 4 === 1) throw invalid('its data is not base64')
  return Buffer.from(compact, 'base64')
}

function decodePercent(data: string): Buffer {
  if (/%(?![0-9a-f]{2})/i.test(data)) throw invalid('it has a broken percent escape')
  const bytes = Buffer.from(data, 'utf8')
  const decoded = Buffer.alloc(bytes.length)
  let length = 0
  for (let at = 0; at < bytes.length; at++) {
    const isEscape = bytes[at] === 0x25
    decoded[length++] = isEscape ? Number.parseInt(bytes.toString('latin1', at + 1, at + 3), 16) : (bytes[at] ?? 0)
    if (isEscape) at += 2
  }
  return decoded.subarray(0, length)
}

function invalid(reason: string): CellarError<'INVALID_VALUE'> {
  return new CellarError('INVALID_VALUE', { subject: 'The data URL', reason })
}
