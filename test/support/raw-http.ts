import { connect, type Socket } from 'node:net'

export interface RawAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Bytes that it took. */
  readonly size: number
}

/** A connection that sends exactly the given bytes, also such as no client library would. */
export class RawRequest implements AsyncDisposable {
  readonly #socket: Socket
  #received = ''

  constructor(url: string) {
    const { hostname, port } = new URL(url)
    this.#socket = connect(Number(port), hostname)
    this.#socket.setEncoding('latin1')
    this.#socket.on('data', (data) => {
      this.#received += String(data)
    })
    // A server that has answered may close while there is more to send.
    this.#socket.on('error', () => {})
  }

  send(data: string | Uint8Array): Promise<void> {
    return new Promise((resolve) => this.#socket.write(data, () => resolve()))
  }

  /** Takes nothing more of what comes. */
  pause(): void {
    this.#socket.pause()
  }

  /** As a client that vanishes. */
  abort(): void {
    this.#socket.resetAndDestroy()
  }

  /** The next answer, when all of it is there. */
  async answer(milliseconds = 10_000): Promise<RawAnswer> {
    const until = Date.now() + milliseconds
    for (;;) {
      const answer = parse(this.#received)
      if (answer) {
        this.#received = this.#received.slice(answer.size)
        return answer
      }
      if (Date.now() > until)
        throw new Error(`no answer within ${milliseconds} ms, but: ${this.#received.slice(0, 200)}`)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }

  async [Symbol.asyncDispose]() {
    this.#socket.destroy()
  }
}

function parse(text: string): RawAnswer | undefined {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const [first = '', ...lines] = text.slice(0, end).split('\r\n')
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  )
  const rest = text.slice(end + 4)
  const isChunked = headers['transfer-encoding'] === 'chunked'
  const read = isChunked ? unchunk(rest) : sliceOf(rest, Number(headers['content-length'] ?? 0))
  if (!read) return undefined
  return { status: Number(first.split(' ')[1]), headers, body: read.body, size: end + 4 + read.size }
}

const sliceOf = (rest: string, size: number) => (rest.length < size ? undefined : { body: rest.slice(0, size), size })

function unchunk(text: string): { body: string; size: number } | undefined {
  let [at, body] = [0, '']
  for (;;) {
    const end = text.indexOf('\r\n', at)
    const size = Number.parseInt(text.slice(at, end), 16)
    const next = end + 2 + size + 2
    if (end < 0 || text.length < next) return undefined
    if (size === 0) return { body, size: next }
    body += text.slice(end + 2, end + 2 + size)
    at = next
  }
}
