import type { RowStream } from '../../query/row-stream.ts'

/** Bytes that are made ahead of the client. */
const AHEAD = 256 * 1024
/** Milliseconds that a client may take for some of them, and in sum, before the database is left alone meanwhile. */
const GRACE = 100
const PATIENCE = 1000

interface RowBody<R> {
  readonly rows: RowStream<R>
  /** What stands before the first row. */
  readonly head: string
  readonly write: (rows: readonly R[]) => string
  /** Is told of a failure after the first rows. True when it has cut off the answer, which has begun. */
  readonly failed: (error: unknown) => boolean
}

/**
 * Rows as the body of an answer, made as fast as the client takes it. A client that is slow does not hold a connection
 * to the database: reading goes on behind the last row when it is there again. The first rows are read before there is
 * an answer, so that what fails at once is answered as what it is.
 */
export async function rowBody<R>(body: RowBody<R>): Promise<ReadableStream<Uint8Array>> {
  const { rows } = body
  const first = await rows.next().catch(async (error: unknown) => {
    await rows.close()
    throw error
  })
  const pump = new Pump(body, first)
  return new ReadableStream(pump, new ByteLengthQueuingStrategy({ highWaterMark: AHEAD }))
}

class Pump<R> {
  readonly #body: RowBody<R>
  readonly #encoder = new TextEncoder()
  #batch: readonly R[] | undefined
  #wake: (() => void) | undefined
  #cancelled = false
  #waited = 0

  constructor(body: RowBody<R>, first: readonly R[] | undefined) {
    this.#body = body
    this.#batch = first
  }

  start(controller: ReadableStreamDefaultController<Uint8Array>): void {
    void this.#run(controller)
  }

  pull(): void {
    this.#wake?.()
  }

  async cancel(): Promise<void> {
    this.#cancelled = true
    this.#wake?.()
    await this.#body.rows.close()
  }

  async #run(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    const { rows, head, write, failed } = this.#body
    try {
      if (head !== '') controller.enqueue(this.#encoder.encode(head))
      while (this.#batch !== undefined && !this.#cancelled) {
        controller.enqueue(this.#encoder.encode(write(this.#batch)))
        if ((controller.desiredSize ?? 0) <= 0) await this.#room()
        if (!this.#cancelled) this.#batch = await rows.next()
      }
      if (!this.#cancelled) controller.close()
    } catch (error) {
      if (this.#cancelled) return
      // Above all the reader must not take what it got for all there is.
      if (!failed(error)) controller.error(error)
    } finally {
      await rows.close().catch(() => {})
    }
  }

  /** Waits until the client has taken some. */
  async #room(): Promise<void> {
    const since = performance.now()
    const taken = new Promise<void>((resolve) => {
      this.#wake = resolve
    })
    const patience = Math.min(GRACE, PATIENCE - this.#waited)
    if (patience > 0 && (await within(taken, patience))) {
      this.#waited += performance.now() - since
      return
    }
    this.#waited = 0
    await this.#body.rows.pause()
    await taken
  }
}

/** Whether it happened in time. */
async function within(happened: Promise<void>, milliseconds: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, milliseconds, false)
  })
  const result = await Promise.race([happened.then(() => true), late])
  clearTimeout(timer)
  return result
}
