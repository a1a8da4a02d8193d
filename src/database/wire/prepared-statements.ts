import type { ParseValue } from './parse-value.ts'

export interface RowShape {
  readonly names: readonly string[]
  readonly parsers: readonly ParseValue[]
}

/**
 * The prepared statements of one connection, bounded: the one unused for longest is closed. Closing travels with the next statement, so
 * that it costs no round trip.
 */
export class PreparedStatements {
  readonly #limit: number
  readonly #shapes = new Map<string, RowShape | undefined>()
  #closing: string[] = []

  constructor(limit: number) {
    this.#limit = limit
  }

  get size(): number {
    return this.#shapes.size
  }

  has(name: string): boolean {
    return this.#shapes.has(name)
  }

  /** Of a statement that ran before; it needs no Describe. */
  shapeOf(name: string): RowShape | undefined {
    const shape = this.#shapes.get(name)
    if (shape !== undefined) {
      this.#shapes.delete(name)
      this.#shapes.set(name, shape)
    }
    return shape
  }

  add(name: string): void {
    if (this.#shapes.has(name)) return
    this.#shapes.set(name, undefined)
    for (const oldest of this.#shapes.keys()) {
      if (this.#shapes.size <= this.#limit) break
      this.forget(oldest)
    }
  }

  describe(name: string, shape: RowShape): void {
    if (this.#shapes.has(name)) this.#shapes.set(name, shape)
  }

  forget(name: string): void {
    this.#shapes.delete(name)
    this.#closing.push(name)
  }

  /** Names that the server has to close before anything else. */
  takeClosing(): readonly string[] {
    if (this.#closing.length === 0) return this.#closing
    const names = this.#closing
    this.#closing = []
    return names
  }
}
