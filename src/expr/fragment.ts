/**
 * A piece of SQL as data. The table of operations is loaded with the builders, so its SQL facets give these;
 * `compile-expr.ts`, which is loaded with the database, turns them into Kysely's.
 */
export interface Fragment {
  readonly strings: readonly string[]
  readonly parts: readonly (Fragment | Hole)[]
}

/** The value of a statement parameter, or a fragment of Kysely's. */
export interface Hole {
  readonly hole: unknown
}

/** Every fragment is self-contained: it can be an operand or be cast without parentheses around it. */
export function sql(strings: TemplateStringsArray, ...parts: readonly (Fragment | Hole)[]): Fragment {
  return { strings, parts }
}

/** SQL text that the code itself made; never anything that came from outside. */
export function rawSql(text: string): Fragment {
  return { strings: [text], parts: [] }
}

export function joinSql(parts: readonly Fragment[], separator: string): Fragment {
  return { strings: ['', ...parts.slice(1).map(() => separator), ''].slice(0, parts.length + 1), parts }
}

export function hole(value: unknown): Hole {
  return { hole: value }
}
