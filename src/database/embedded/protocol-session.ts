import type { Buffer } from 'node:buffer'
import { isCellarError } from '../../errors/cellar-error.ts'
import { heldCursorPrefix } from '../cursor.ts'
import { Batches } from './batches.ts'
import type { NotificationHandler } from './channels.ts'
import { fatalMessage, MESSAGE, queryMessage, statusOf } from './frames.ts'
import type { Host } from './host.ts'
import { listenCommand } from './listen-command.ts'
import { greeting, startupKind } from './startup.ts'
import { StatementNames } from './statement-names.ts'

export interface ProtocolSessionOptions {
  /** Distinguishes the prepared statements of this client; undefined for the owner's own client, which needs no such thing. */
  readonly prefix?: string
  send(bytes: Uint8Array): void
  /** The client is gone, or has to go. */
  end(): void
  /** Milliseconds that a transaction may wait for its client's next message while everybody else waits for it. */
  readonly idleLimit?: number
}

let sessions = 0

/**
 * One client of the home: the owner's own `pg.Client`, or another process at the door.
 *
 * States: startup (no greeting yet); outside (no turn); inside (holds the turn of the host: a batch is running, or a transaction is open);
 * closed. Batches run one after the other; the turn is taken before one and kept while the status in the answer says so. Closing inside
 * rolls back and gives the turn away.
 */
export class ProtocolSession {
  readonly #id = ++sessions
  readonly #host: Host
  readonly #options: ProtocolSessionOptions
  readonly #batches = new Batches()
  readonly #names: StatementNames | undefined
  readonly #channels = new Map<string, NotificationHandler>()
  #state: 'startup' | 'outside' | 'inside' | 'closed' = 'startup'
  #pumping = false
  /** Of a closed session that still has to roll back. */
  #hasTurn = false
  #greeted = false
  /** Said good-bye, so that there is nothing of it left to look for. */
  #leftInOrder = false
  #idleTimer: NodeJS.Timeout | undefined

  constructor(host: Host, options: ProtocolSessionOptions) {
    this.#host = host
    this.#options = options
    this.#names = options.prefix === undefined ? undefined : new StatementNames(options.prefix)
  }

  receive(...pieces: readonly Uint8Array[]): void {
    for (const piece of pieces) this.#batches.push(piece)
    if (!this.#pumping) this.#pump().catch((error: unknown) => this.#fail(error))
  }

  async #pump(): Promise<void> {
    this.#pumping = true
    try {
      while (this.#state !== 'closed') {
        if (this.#state === 'startup') {
          const startup = this.#batches.takeStartup()
          if (startup === undefined) return
          await this.#greet(startup)
        } else {
          const batch = this.#batches.take()
          if (batch === undefined) return
          await this.#answer(batch)
        }
      }
    } finally {
      this.#pumping = false
      if (this.#state === 'closed') await this.#cleanUp()
    }
  }

  async #greet(startup: Buffer): Promise<void> {
    const kind = startupKind(startup)
    if (kind === 'encryption') this.#options.send(new Uint8Array([0x4e]))
    else if (kind === 'session') {
      const { serverVersion } = await this.#host.backend.start()
      this.#options.send(greeting(serverVersion, this.#id))
      this.#greeted = true
      this.#state = 'outside'
    } else this.close()
  }

  async #answer(batch: Buffer<ArrayBuffer>): Promise<void> {
    clearTimeout(this.#idleTimer)
    if (batch[0] === MESSAGE.terminate) {
      this.#leftInOrder = true
      this.close()
      return
    }
    if (this.#state === 'outside') {
      await this.#host.enter()
      if (this.#isClosed()) {
        this.#host.leave()
        return
      }
      this.#state = 'inside'
    }
    const command = this.#names === undefined ? undefined : listenCommand(batch)
    const answer = await this.#host.run(this.#names === undefined ? batch : this.#names.rename(batch))
    const status = statusOf(answer)
    if (this.#isClosed()) return
    if (status === 'idle') {
      this.#state = 'outside'
      this.#host.leave()
    } else this.#watchIdle()
    if (command !== undefined && status === 'idle') await this.#subscribe(command)
    this.#options.send(answer)
  }

  /** The state may have changed during an await, which the compiler does not see. */
  #isClosed(): boolean {
    return this.#state === 'closed'
  }

  #watchIdle(): void {
    if (this.#options.idleLimit === undefined) return
    this.#idleTimer = setTimeout(() => {
      this.#options.send(fatalMessage('25P03', 'terminating the transaction because its client was silent'))
      this.close()
    }, this.#options.idleLimit)
    this.#idleTimer.unref()
  }

  async #subscribe(command: { readonly listen: boolean; readonly channel: string | undefined }): Promise<void> {
    const { listen, channel } = command
    if (!listen) await this.#unsubscribe(channel)
    else if (channel !== undefined && !this.#channels.has(channel)) {
      const handler: NotificationHandler = ({ bytes }) => this.#options.send(bytes)
      this.#channels.set(channel, handler)
      await this.#host.listen(channel, handler)
    }
  }

  async #unsubscribe(channel?: string): Promise<void> {
    for (const [name, handler] of [...this.#channels]) {
      if (channel !== undefined && name !== channel) continue
      this.#channels.delete(name)
      await this.#host.unlisten(name, handler)
    }
  }

  #fail(error: unknown): void {
    if (!this.#isClosed()) this.#options.send(farewell(error))
    this.close()
  }

  /** Rolls back what is open. */
  close(): void {
    if (this.#state === 'closed') return
    this.#hasTurn = this.#state === 'inside'
    this.#state = 'closed'
    clearTimeout(this.#idleTimer)
    this.#options.end()
    if (!this.#pumping) this.#cleanUp().catch(() => {})
  }

  async #cleanUp(): Promise<void> {
    const leftovers = this.#leftovers()
    try {
      if (this.#hasTurn) await this.#host.run(queryMessage('ROLLBACK'))
      if (leftovers.length === 0) return
      if (!this.#hasTurn) await this.#host.enter()
      this.#hasTurn = true
      for (const batch of leftovers) await this.#host.run(batch)
    } finally {
      if (this.#hasTurn) this.#host.leave()
      this.#hasTurn = false
      await this.#unsubscribe()
    }
  }

  /** Batches that remove what a client at the door left in the session that all share. */
  #leftovers(): Buffer<ArrayBuffer>[] {
    if (this.#names === undefined || !this.#greeted) return []
    const statements = this.#names.closeAll()
    const cursors = this.#leftInOrder ? [] : [queryMessage(closeCursors(this.#id))]
    return statements === undefined ? cursors : [statements, ...cursors]
  }
}

/** What the client makes STORAGE_FULL or DATABASE_UNAVAILABLE of. */
function farewell(error: unknown): Buffer {
  if (!isCellarError(error)) return fatalMessage('57P01', error instanceof Error ? error.message : String(error))
  const reason = 'reason' in error.details ? String(error.details.reason) : error.message
  return fatalMessage(error.code === 'STORAGE_FULL' ? '53100' : '57P01', reason)
}

function closeCursors(sessionId: number): string {
  return `do $$ declare c record; begin
    for c in select name from pg_cursors where starts_with(name, '${heldCursorPrefix(sessionId)}') loop
      execute format('close %I', c.name);
    end loop;
  end $$`
}
