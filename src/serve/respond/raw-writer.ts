import type { CodecColumn, RawRow } from '../../schema/row-codec.ts'
import type { ColumnType } from '../../types/column-type.ts'
import type { MediaUrl } from './media-url.ts'

/** A body that is text already. */
export class BodyText {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** A row straight from Postgres' text: no value and no object is made on the way. */
export type WriteRawRow = (raw: RawRow, mediaUrl: MediaUrl) => string
type WriteCell = (text: string, mediaUrl: MediaUrl) => string

/** The JSON of a value, from its text in Postgres. */
export function jsonCell(type: ColumnType): WriteCell {
  const { wireText } = type
  if (wireText) return wireText
  if (type.media)
    return (text, mediaUrl) => JSON.stringify(mediaUrl((type.decode(text) as { readonly url: string }).url))
  return (text) => JSON.stringify(type.toWire(type.decode(text)))
}

/** Where each of the named columns stands in a raw row. */
export function placesOf(names: readonly string[], columns: readonly CodecColumn[]): readonly number[] {
  return names.map((name) => columns.findIndex((column) => column.name === name))
}

/** @param columns of the raw row, with the named ones among them */
export function compileRawJson(names: readonly string[], columns: readonly CodecColumn[]): WriteRawRow {
  const places = placesOf(names, columns)
  const keys = names.map((name, index) => `${index === 0 ? '{' : ','}${JSON.stringify(name)}:`)
  const cells = places.map((at) => jsonCell((columns[at] as CodecColumn).type))
  const width = names.length
  return (raw, mediaUrl) => {
    let text = ''
    for (let i = 0; i < width; i += 1) {
      const cell = raw[places[i] as number]
      text += keys[i] as string
      text += cell === null || cell === undefined ? 'null' : (cells[i] as WriteCell)(cell, mediaUrl)
    }
    return `${text}}`
  }
}
