import type { OutputField } from '../route-spec.ts'
import type { MediaUrl } from './media-url.ts'

type Row = Readonly<Record<string, unknown>>

/** Turns a stored row into what goes over the wire: the output columns in their order. */
export type WriteRow = (row: Row, mediaUrl: MediaUrl) => Record<string, unknown>

export function compileRowWriter(outputs: readonly OutputField[]): WriteRow {
  const names = outputs.map((field) => field.name)
  const writers = outputs.map(({ type }) =>
    type.media
      ? (value: unknown, mediaUrl: MediaUrl) => mediaUrl((value as { readonly url: string }).url)
      : (value: unknown) => type.toWire(value),
  )
  const width = names.length
  return (row, mediaUrl) => {
    const out: Record<string, unknown> = {}
    for (let i = 0; i < width; i += 1) {
      const name = names[i] as string
      const value = row[name]
      out[name] = value === null || value === undefined ? null : writers[i]?.(value, mediaUrl)
    }
    return out
  }
}

/** Turns the media of a kept result, which are cells, into URLs. */
export function compileResultReader(
  outputs: readonly OutputField[],
  /** It is the result of a list. */
  batch: boolean,
): (result: unknown, mediaUrl: MediaUrl) => unknown {
  const media = outputs.filter((field) => field.type.media).map((field) => field.name)
  const readRow = (row: Row, mediaUrl: MediaUrl): Row => {
    const out: Record<string, unknown> = {}
    // jsonb does not keep the order of keys; the answer has that of the outputs.
    for (const { name } of outputs) {
      const value = row[name] ?? null
      out[name] = typeof value === 'string' && media.includes(name) ? mediaUrl(value) : value
    }
    return out
  }
  return (result, mediaUrl) => {
    if (typeof result !== 'object' || result === null || outputs.length === 0) return result
    const { rows } = result as { readonly rows?: unknown }
    const several = Array.isArray(rows) && (batch || !outputs.some((field) => field.name === 'rows'))
    if (!several) return readRow(result as Row, mediaUrl)
    return { ...result, rows: rows.map((row: Row) => readRow(row, mediaUrl)) }
  }
}
