import { Duplex } from 'node:stream'
import type { Host } from './host.ts'
import { ProtocolSession } from './protocol-session.ts'

/** What `pg.Client` takes for a socket: it leads to the host in this process. */
export class LocalStream extends Duplex {
  readonly #session: ProtocolSession

  constructor(host: Host, prefix?: string) {
    super({ allowHalfOpen: false })
    this.#session = new ProtocolSession(host, {
      ...(prefix === undefined ? {} : { prefix }),
      send: (bytes) => this.push(bytes),
      end: () => this.push(null),
    })
  }

  connect(): this {
    process.nextTick(() => this.emit('connect'))
    return this
  }

  override _read(): void {}

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: () => void): void {
    this.#session.receive(chunk)
    done()
  }

  override _writev(chunks: readonly { chunk: Uint8Array }[], done: () => void): void {
    this.#session.receive(...chunks.map(({ chunk }) => chunk))
    done()
  }

  override _final(done: () => void): void {
    this.#session.close()
    done()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#session.close()
    done(error)
  }

  setNoDelay(): this {
    return this
  }

  setKeepAlive(): this {
    return this
  }

  ref(): this {
    return this
  }

  unref(): this {
    return this
  }
}
