import type net from 'node:net'
import type { Host } from './host.ts'
import { ProtocolSession } from './protocol-session.ts'

/** Milliseconds that another process may leave its transaction open without a word. */
const IDLE_IN_TRANSACTION = 30_000

/** Lets other processes of this machine work with the home: each connection to the socket is a client of the host. */
export class Door {
  readonly #server: net.Server
  readonly #sockets = new Set<net.Socket>()
  #count = 0

  constructor(server: net.Server, host: Host) {
    this.#server = server
    server.on('connection', (socket) => this.#admit(socket, host))
    // It is the application, not the door, that keeps a process running.
    server.unref()
  }

  #admit(socket: net.Socket, host: Host): void {
    this.#count++
    this.#sockets.add(socket)
    const session = new ProtocolSession(host, {
      prefix: `d${this.#count}_`,
      send: (bytes) => {
        if (!socket.destroyed) socket.write(bytes)
      },
      end: () => socket.end(),
      idleLimit: IDLE_IN_TRANSACTION,
    })
    socket.unref()
    socket.on('data', (bytes) => session.receive(bytes))
    socket.on('error', () => session.close())
    socket.on('close', () => {
      this.#sockets.delete(socket)
      session.close()
    })
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve())
    })
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }
}
