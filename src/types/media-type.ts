import type { JsonObject } from '../util/json.ts'
import { assertOptions } from './check-options.ts'
import type { ColumnType } from './column-type.ts'
import { createColumnType } from './create-column-type.ts'
import { invalidValue, wrongType } from './invalid-value.ts'
import type { MediaKind } from './kind.ts'
import { createMedia, isMediaRef, type Media } from './media.ts'
import type { MediaInput } from './media-input.ts'
import type { MediaOptions } from './options.ts'
import { textProblem } from './well-formed.ts'

/** A cell's value, or before it is ingested what was given. */
export type MediaCell = Media | MediaInput

const EXTERNAL = /^https?:\/\//i
const WIRE = /^(?:https?:\/\/|data:)/i

export function mediaType(kind: MediaKind, options: MediaOptions = {}): ColumnType<MediaCell> {
  assertOptions(kind, options, ['reference'])
  const reference = options.reference === true
  const parseUrl = (value: unknown) => parseWireUrl(value, reference)
  return createColumnType<MediaCell>({
    kind,
    postgres: 'text',
    mediaKind: kind,
    media: true,
    reference,
    upload: true,
    ordered: false,
    scalar: false,
    parse: (value) => parseInput(value, kind),
    parseWire: parseUrl,
    parseText: parseUrl,
    encode: cellText,
    decode: (text) => createMedia(kind, text),
    toWire: cellText,
    toStoredJson: cellText,
    fromStoredJson: (json) => json as string,
    compare: (a, b) => compareCells(cellText(a), cellText(b)),
    jsonSchema: (side) => urlSchema(kind, side === 'input' && !reference),
    toJson: () => (reference ? { kind, reference } : { kind }),
    byteSize: inputSize,
  })
}

export function mediaFromJson(kind: MediaKind, json: JsonObject): ColumnType<MediaCell> {
  return mediaType(kind, json.reference === true ? { reference: true } : {})
}

/** What the store cannot ingest is found here; whether the content is what it should be, there. */
function parseInput(value: unknown, kind: MediaKind): MediaCell {
  if (typeof value === 'string') return parsePath(value)
  if (isMediaLike(value)) {
    if (value.kind !== kind) throw invalidValue(`must be media of kind ${kind}, not ${value.kind}`)
    parsePath(value.url)
    return value as Media
  }
  if (value instanceof URL || value instanceof Uint8Array || value instanceof Blob || isStream(value)) return value
  throw wrongType(`a path, URL, upload or bytes with ${kind} content`, value)
}

function parsePath(text: string): string {
  if (text === '') throw invalidValue('is empty')
  const problem = textProblem(text)
  if (problem !== undefined) throw invalidValue(problem)
  if (text.startsWith('cellar:') && !isMediaRef(text))
    throw invalidValue('is no media ref, which is cellar:<sha256>.<extension>')
  return text
}

/** Over HTTP nobody names a file of the server, nor content that was not shown to him. */
function parseWireUrl(value: unknown, reference: boolean): string {
  if (typeof value !== 'string') throw wrongType('an upload or a URL', value)
  if (reference && !EXTERNAL.test(value)) throw invalidValue('must be an http(s) URL')
  if (!WIRE.test(value)) throw invalidValue('must be an upload, a data URL or an http(s) URL')
  return parsePath(value)
}

interface MediaLike {
  readonly kind: string
  readonly url: string
}

function isMediaLike(value: unknown): value is MediaLike {
  return (
    typeof value === 'object' && value !== null && 'kind' in value && 'url' in value && typeof value.url === 'string'
  )
}

/** Streams of the web and of Node. */
function isStream(value: unknown): value is ReadableStream<Uint8Array> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
}

function cellText(value: MediaCell): string {
  if (isMediaLike(value)) return value.url
  const text = value instanceof URL ? value.href : value
  if (typeof text === 'string' && (isMediaRef(text) || EXTERNAL.test(text))) return text
  throw invalidValue('has its content outside the media store')
}

const compareCells = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

function urlSchema(kind: MediaKind, data: boolean): JsonObject {
  const contentMediaType = kind === 'document' ? {} : { contentMediaType: `${kind}/*` }
  return data
    ? { type: 'string', format: 'uri', description: 'An http(s) URL to fetch, or a data URL.' }
    : { type: 'string', format: 'uri', ...contentMediaType }
}

function inputSize(value: MediaCell): number {
  if (typeof value === 'string') return 2 * value.length
  if (value instanceof Uint8Array) return value.byteLength
  return value instanceof Blob ? value.size : 256
}
