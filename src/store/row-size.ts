/** Rough bytes of a value that a writer gave, for bounding batches; stops counting at `limit`. */
export function roughBytes(value: unknown, limit: number): number {
  if (typeof value === 'string') return value.length
  if (typeof value !== 'object' || value === null) return 8
  if (ArrayBuffer.isView(value)) return value.byteLength
  if (value instanceof Blob) return 64
  let bytes = 16
  for (const key in value) {
    bytes += key.length + roughBytes((value as Record<string, unknown>)[key], limit - bytes)
    if (bytes >= limit) return bytes
  }
  return bytes
}
