import { unsupportedFile } from './client-error.ts'
import { randomKey } from './random-key.ts'

type File = Blob | Uint8Array | ReadableStream<Uint8Array> | URL

/** A value that is sent as the bytes of a file. */
export const isFile = (value: unknown): value is File =>
  value instanceof Blob ||
  value instanceof Uint8Array ||
  value instanceof ReadableStream ||
  (value instanceof URL && value.protocol === 'file:')

/** Only what runs without a browser can send a body while it is being made. */
const canStream = !('document' in globalThis)

/** A Blob where there can be one without holding the bytes in memory. */
export async function openFile(file: File): Promise<Blob | ReadableStream<Uint8Array>> {
  if (file instanceof Blob) return file
  // Without the copy, a buffer that is shared between threads would be no part of a Blob.
  if (file instanceof Uint8Array) return new Blob([new Uint8Array(file)])
  if (file instanceof URL) return openPath(file)
  return canStream ? file : new Response(file).blob()
}

interface Files {
  openAsBlob(path: URL): Promise<Blob>
}

/** Asked for at run time: bundlers for browsers must not find it. */
async function openPath(path: URL): Promise<Blob> {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): Files | undefined } }
  const files = process?.getBuiltinModule?.('node:fs')
  if (!files) throw unsupportedFile('Files can be named by their URL on Node only.')
  return files.openAsBlob(path)
}

/** A form that is sent while its files are being read. */
export function streamForm(
  texts: readonly (readonly [string, string])[],
  files: readonly (readonly [string, Blob | ReadableStream<Uint8Array>])[],
) {
  const boundary = `cellar-${randomKey()}`
  const encoder = new TextEncoder()
  const head = (name: string, more: string) =>
    encoder.encode(`--${boundary}\r\ncontent-disposition: form-data; name="${quoted(name)}"${more}\r\n\r\n`)
  async function* parts(): AsyncGenerator<Uint8Array, void> {
    for (const [name, text] of texts) {
      yield head(name, '')
      yield encoder.encode(`${text}\r\n`)
    }
    for (const [name, file] of files) {
      yield head(name, `; filename="${quoted(name)}"\r\ncontent-type: application/octet-stream`)
      yield* (file instanceof Blob ? file.stream() : file) as unknown as AsyncIterable<Uint8Array>
      yield encoder.encode('\r\n')
    }
    yield encoder.encode(`--${boundary}--\r\n`)
  }
  const chunks = parts()
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await chunks.next()
      if (done) controller.close()
      else controller.enqueue(value)
    },
    async cancel() {
      await chunks.return()
    },
  })
  return { body, contentType: `multipart/form-data; boundary=${boundary}` }
}

const quoted = (name: string): string => name.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
