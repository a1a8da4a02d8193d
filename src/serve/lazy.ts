/** A module that is loaded on first use; afterwards it is there without waiting. */
export class Lazy<T> {
  readonly #load: () => Promise<T>
  /** Undefined until the first load has ended. */
  now: T | undefined

  constructor(load: () => Promise<T>) {
    this.#load = load
  }

  async load(): Promise<T> {
    this.now ??= await this.#load()
    return this.now
  }
}
