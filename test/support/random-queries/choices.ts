/** Decisions taken from a list of numbers; when they are used up, each is the first of what there is to choose from. */
export class Choices {
  readonly #numbers: readonly number[]
  #next = 0

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers
  }

  /** From 0 to below the bound. */
  below(bound: number): number {
    const number = this.#numbers[this.#next] ?? 0
    this.#next += 1
    return number % bound
  }

  pick<T>(values: readonly T[]): T {
    if (values.length === 0) throw new Error('there is nothing to choose from')
    return values[this.below(values.length)] as T
  }

  /** True in so many of a hundred cases. */
  percent(chance: number): boolean {
    return this.below(100) >= 100 - chance
  }

  times<T>(count: number, make: (index: number) => T): T[] {
    return Array.from({ length: count }, (_, index) => make(index))
  }
}
