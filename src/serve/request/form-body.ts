import { isUtf8 } from 'node:buffer'
import { Readable } from 'node:stream'
import type { Context } from 'hono'
import { CellarError, isCellarError } from '../../errors/cellar-error.ts'
import { giveBack, incomingOf } from './body-reader.ts'
import type { RequestLimits } from './limits.ts'

/** Takes the bytes of one file part while they arrive. */
export interface FileTarget {
  write(chunk: Uint8Array): Promise<void>
  /** Keeps the file. */
  finish(): Promise<void>
  /** Drops it. */
  abort(): Promise<void>
}

export interface FormParts {
  /** May throw to refuse the form. */
  field(name: string, text: string): void
  /** Called when the part starts; may throw to refuse the form. */
  file(name: string): FileTarget
}

const FORM = /^multipart\/form-data\s*(?:;|$)/i
const NAME_BYTES = 200
const HEADER_PAIRS = 20
const HEADER_BYTES = 16 * 1024

export const isForm = (contentType: string | undefined): boolean => contentType !== undefined && FORM.test(contentType)

/**
 * Hands out the parts of a multipart form while it is being read; nothing is kept in memory but text fields. Bytes,
 * parts, files and fields are bounded while reading. When it fails, started files were aborted.
 *
 * @throws BODY_TOO_LARGE, BODY_UNREADABLE, and what `parts` throws
 */
export async function readForm(c: Context, limits: RequestLimits, parts: FormParts): Promise<void> {
  if (Number(c.req.header('content-length') ?? 0) > limits.form) throw overLimit(`${limits.form} bytes`)
  const form = new FormReading(parts, limits, await createParser(c.req.header('content-type') ?? '', limits))
  const source = incomingOf(c) ?? fromWeb(c)
  try {
    await form.feed(source)
    await form.end()
  } catch (error) {
    await form.abort()
    throw isCellarError(error) ? error : unreadable('it is not a complete multipart form')
  }
}

const ignore = () => {}

type Parser = Awaited<ReturnType<typeof createParser>>

async function createParser(contentType: string, limits: RequestLimits) {
  const { Busboy } = await import('@fastify/busboy')
  try {
    return new Busboy({
      headers: { 'content-type': contentType },
      // Texts are read as bytes too: the parser would replace what is not UTF-8, and say nothing.
      isPartAFile: () => true,
      limits: {
        fieldNameSize: NAME_BYTES,
        fileSize: limits.file,
        files: limits.parts,
        parts: limits.parts,
        headerPairs: HEADER_PAIRS,
        headerSize: HEADER_BYTES,
      },
    })
  } catch {
    throw unreadable('its multipart boundary is missing')
  }
}

class FormReading {
  readonly #parts: FormParts
  readonly #limits: RequestLimits
  readonly #parser: Parser
  readonly #failure = Promise.withResolvers<never>()
  readonly #finished: Promise<void>
  readonly #reads: Promise<void>[] = []
  readonly #targets = new Set<FileTarget>()
  /** Ends the wait for the next chunk. */
  #interrupt: (error: unknown) => void = ignore
  #failed = false
  #bytes = 0
  #files = 0

  constructor(parts: FormParts, limits: RequestLimits, parser: Parser) {
    this.#parts = parts
    this.#limits = limits
    this.#parser = parser
    this.#failure.promise.catch(() => {})
    this.#finished = new Promise((resolve) => parser.once('finish', () => resolve()))
    parser.on('error', () => this.#fail(unreadable('it is not a complete multipart form')))
    parser.on('partsLimit', () => this.#fail(overLimit(`${limits.parts} parts`)))
    parser.on('filesLimit', () => this.#fail(overLimit(`${limits.parts} parts`)))
    parser.on('file', (name, stream, fileName, _encoding, type) => {
      const isText = fileName === undefined && type !== 'application/octet-stream'
      const read = isText ? this.#text(name, stream) : this.#file(name, stream, fileName)
      this.#reads.push(read.catch((error: unknown) => this.#fail(error)))
    })
  }

  async feed(source: Readable): Promise<void> {
    // Leaving must not destroy the request: its socket still has to carry the answer.
    const chunks = source.iterator({ destroyOnReturn: false })
    try {
      for (let next = await this.#next(chunks); !next.done; next = await this.#next(chunks)) {
        this.#bytes += (next.value as Buffer).length
        if (this.#bytes > this.#limits.form) this.#fail(overLimit(`${this.#limits.form} bytes`))
        else if (!this.#parser.write(next.value)) await Promise.race([this.#drained(), this.#failure.promise])
      }
    } catch (error) {
      giveBack(source, chunks)
      throw error
    }
  }

  /** The next chunk, unless the form is refused before it comes. */
  #next(chunks: AsyncIterator<unknown>): Promise<IteratorResult<unknown>> {
    if (this.#failed) return this.#failure.promise
    return new Promise((resolve, reject) => {
      this.#interrupt = reject
      chunks.next().then(resolve, reject)
    })
  }

  async end(): Promise<void> {
    this.#parser.end()
    await Promise.race([this.#finished, this.#failure.promise])
    await Promise.all(this.#reads)
    if (this.#failed) await this.#failure.promise
  }

  async abort(): Promise<void> {
    this.#failed = true
    this.#parser.removeAllListeners('file')
    this.#parser.destroy()
    await Promise.allSettled([...this.#targets].map((target) => target.abort()))
  }

  #drained(): Promise<void> {
    return new Promise((resolve) => this.#parser.once('drain', () => resolve()))
  }

  #fail(error: unknown): void {
    this.#failed = true
    this.#failure.reject(error)
    this.#interrupt(error)
  }

  async #text(name: string | undefined, stream: Readable): Promise<void> {
    stream.on('error', () => {})
    if (this.#failed) return void stream.resume()
    if (name === undefined) throw unreadable('a part has no name')
    const chunks: Buffer[] = []
    let size = 0
    for await (const chunk of stream) {
      if (this.#failed) return
      chunks.push(chunk as Buffer)
      size += (chunk as Buffer).length
      if (size > this.#limits.field) throw overLimit(`${this.#limits.field} bytes for a text field`)
    }
    if (this.#failed) return
    const bytes = Buffer.concat(chunks, size)
    if (!isUtf8(bytes)) throw unreadable('a text field is not UTF-8')
    this.#parts.field(name, bytes.toString('utf8'))
  }

  async #file(name: string | undefined, stream: Readable, fileName: string | undefined): Promise<void> {
    // Without a listener, the error that ends the parser would end the process.
    stream.on('error', () => {})
    // The rest of the part may be long in coming, or never come.
    stream.on('limit', () => this.#fail(overLimit(`${this.#limits.file} bytes for a file`)))
    if (this.#failed) return void stream.resume()
    if (name === undefined) throw unreadable('a part has no name')
    this.#files += 1
    if (this.#files > this.#limits.files) throw overLimit(`${this.#limits.files} files`)
    let target: FileTarget | undefined
    for await (const chunk of stream) {
      if (this.#failed) return
      target ??= this.#start(name)
      await target.write(chunk as Buffer)
    }
    if (this.#failed) return
    // A file input without a file is sent as an empty part without a file name.
    if (target === undefined && (fileName === undefined || fileName === '')) return
    target ??= this.#start(name)
    await target.finish()
    this.#targets.delete(target)
  }

  #start(name: string): FileTarget {
    const target = this.#parts.file(name)
    this.#targets.add(target)
    return target
  }
}

function fromWeb(c: Context): Readable {
  const body = c.req.raw.body
  if (body === null || c.req.raw.bodyUsed) throw unreadable('it is missing or was read already')
  return Readable.fromWeb(body as import('node:stream/web').ReadableStream)
}

const overLimit = (limit: string) => new CellarError('BODY_TOO_LARGE', { subject: 'The form', limit })
const unreadable = (reason: string) => new CellarError('BODY_UNREADABLE', { reason })
