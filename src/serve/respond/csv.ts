import type { CodecColumn } from '../../schema/row-codec.ts'
import { jsonCell, placesOf, type WriteRawRow } from './raw-writer.ts'

const SPECIAL = /[",\r\n]/

/** A line of RFC 4180. Null is an empty field, empty text a quoted one, so that they can be told apart. */
export function csvLine(values: readonly unknown[]): string {
  return `${values.map(csvField).join(',')}\r\n`
}

/** @param value as it stands in JSON */
function csvField(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'string') return quoted(value)
  return typeof value === 'object' ? quoted(JSON.stringify(value)) : String(value)
}

function quoted(text: string): string {
  return text === '' || SPECIAL.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

export function compileRawCsv(names: readonly string[], columns: readonly CodecColumn[]): WriteRawRow {
  const places = placesOf(names, columns)
  const cells = places.map((at) => jsonCell((columns[at] as CodecColumn).type))
  const width = names.length
  return (raw, mediaUrl) => {
    let line = ''
    for (let i = 0; i < width; i += 1) {
      const cell = raw[places[i] as number]
      if (i > 0) line += ','
      if (cell !== null && cell !== undefined) line += fieldOfJson((cells[i] as (typeof cells)[number])(cell, mediaUrl))
    }
    return `${line}\r\n`
  }
}

/** Strings as their text, null as nothing, everything else as the JSON it is. */
function fieldOfJson(json: string): string {
  if (json.startsWith('"')) return quoted(json.includes('\\') ? (JSON.parse(json) as string) : json.slice(1, -1))
  return json === 'null' ? '' : quoted(json)
}
