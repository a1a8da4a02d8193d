/** What a handler gives when its process lacks something: the job goes to one that has all of it. */
export class HandOver {
  /** Names of what is needed; never empty. */
  readonly need: readonly string[]
  constructor(need: readonly string[]) {
    this.need = need
  }
}

/** The deliveries of jobs with the same need are a group of pg-boss, which a worker can leave to others. */
export const groupOf = (need: readonly string[]): string => need.join(' ')

/** The needs that a worker cannot meet, learnt from the jobs it came across. */
export class UnmetNeeds {
  readonly #has: (name: string) => boolean
  readonly #unmet = new Map<string, readonly string[]>()

  constructor(has: (name: string) => boolean) {
    this.#has = has
  }

  /** False, from then on, for a need that is not met. */
  meets(need: readonly string[] | null | undefined): boolean {
    if (!need || need.every(this.#has)) return true
    this.#unmet.set(groupOf(need), need)
    return false
  }

  /** What is loaded later is looked for each time. */
  groups(): string[] {
    for (const [group, need] of this.#unmet) if (need.every(this.#has)) this.#unmet.delete(group)
    return [...this.#unmet.keys()]
  }
}
