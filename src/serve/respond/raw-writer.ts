import type { CodecColumn, RawRow } from '../../schema/row-codec.ts'
import type { MediaUrl } from './media-url.ts'

/** JSON that is text already. */
export class JsonText {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

type WriteCell = (text: string, mediaUrl: MediaUrl) => string

const writers = new WeakMap<readonly CodecColumn[], (raw: RawRow, mediaUrl: MediaUrl) => string>()

/** The JSON of a list of rows straight from Postgres' text: no value and no object is made on the way. */
export function writeRawRows(columns: readonly CodecColumn[], rows: readonly RawRow[], mediaUrl: MediaUrl): JsonText {
  const known = writers.get(columns) ?? compileRawWriter(columns)
  writers.set(columns, known)
  let text = '{"rows":['
  for (let i = 0; i < rows.length; i += 1) text += (i === 0 ? '' : ',') + known(rows[i] as RawRow, mediaUrl)
  return new JsonText(`${text}]}`)
}

function compileRawWriter(columns: readonly CodecColumn[]): (raw: RawRow, mediaUrl: MediaUrl) => string {
  const keys = columns.map(({ name }, index) => `${index === 0 ? '{' : ','}${JSON.stringify(name)}:`)
  const cells = columns.map(({ type }): WriteCell => {
    const { wireText } = type
    if (wireText) return wireText
    if (type.media)
      return (text, mediaUrl) => JSON.stringify(mediaUrl((type.decode(text) as { readonly url: string }).url))
    return (text) => JSON.stringify(type.toWire(type.decode(text)))
  })
  const width = columns.length
  return (raw, mediaUrl) => {
    let text = ''
    for (let i = 0; i < width; i += 1) {
      const cell = raw[i]
      text += keys[i] as string
      text += cell === null || cell === undefined ? 'null' : (cells[i] as WriteCell)(cell, mediaUrl)
    }
    return `${text}}`
  }
}
