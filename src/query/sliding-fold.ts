import type { Row } from '../schema/row-codec.ts'
import { type Folded, Folder } from './fold.ts'

/**
 * One aggregate over rows of which the first ones are dropped again. Where states can be merged, two stacks make that
 * cheap: the older rows are held as the states of all that follow them, the newer ones as rows and one state. When
 * there are no older ones left, the newer ones become them, so that each row is folded twice in all.
 */
export class SlidingFold {
  readonly #folder: Folder
  /** The oldest one is the last, and its state is that of all of these. */
  #older: unknown[] = []
  #newer: Row[] = []
  #state: unknown

  constructor(folded: Folded) {
    this.#folder = new Folder(folded)
    this.#state = this.#folder.start()
  }

  get name(): string {
    return this.#folder.name
  }

  reset(): void {
    this.#older = []
    this.#newer = []
    this.#state = this.#folder.start()
  }

  add(row: Row): void {
    this.#newer.push(row)
    if (this.#folder.merges) this.#state = this.#folder.step(this.#state, row)
  }

  dropFirst(): void {
    if (!this.#folder.merges) {
      this.#newer.shift()
      return
    }
    if (this.#older.length === 0) this.#age()
    this.#older.pop()
  }

  value(): unknown {
    const folder = this.#folder
    if (!folder.merges) {
      return folder.value(this.#newer.reduce<unknown>((state, row) => folder.step(state, row), folder.start()))
    }
    const older = this.#older.at(-1)
    return folder.value(this.#older.length === 0 ? this.#state : folder.merge(older, this.#state))
  }

  #age(): void {
    const folder = this.#folder
    for (const row of this.#newer.reverse()) {
      const alone = folder.step(folder.start(), row)
      this.#older.push(this.#older.length === 0 ? alone : folder.merge(alone, this.#older.at(-1)))
    }
    this.#newer = []
    this.#state = folder.start()
  }
}
