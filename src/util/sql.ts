/**
 * A piece of SQL as data: texts with pieces and values between them. Putting pieces together is cheap, since nothing
 * is numbered or joined before the whole statement is.
 */
export interface Fragment {
  /** One more than there are parts. */
  readonly strings: readonly string[]
  readonly parts: readonly (Fragment | Hole)[]
}

/** The value of a statement parameter. */
export class Hole {
  readonly value: unknown
  constructor(value: unknown) {
    this.value = value
  }
}

export interface CompiledSql {
  readonly sql: string
  readonly parameters: readonly unknown[]
}

/**
 * Every fragment of an expression is self-contained: it can be an operand or be cast without parentheses around it.
 * Text comes from the code alone; what came from outside is a `hole`, or an identifier that `quoteIdentifier` made.
 */
export function sql(strings: TemplateStringsArray, ...parts: readonly (Fragment | Hole)[]): Fragment {
  return { strings, parts }
}

const NONE: readonly Fragment[] = Object.freeze([])

/** SQL text that the code itself made; never anything that came from outside. */
export function raw(text: string): Fragment {
  return { strings: [text], parts: NONE }
}

/** Where a clause is left out. */
export const NO_SQL: Fragment = Object.freeze(raw(''))

export function hole(value: unknown): Hole {
  return new Hole(value)
}

export function joinSql(parts: readonly (Fragment | Hole)[], separator = ', '): Fragment {
  const strings = ['']
  for (let index = 1; index < parts.length; index += 1) strings.push(separator)
  if (parts.length > 0) strings.push('')
  return { strings, parts }
}

/** The piece as a value of a type. */
export function castSql(part: Fragment | Hole, type: string): Fragment {
  return { strings: ['', `::${type}`], parts: [part] }
}

/** The statement, its values numbered in the order of the text. */
export function compileSql(statement: Fragment): CompiledSql {
  const compiler = new Compiler()
  compiler.add(statement)
  return { sql: compiler.text, parameters: compiler.values }
}

class Compiler {
  text = ''
  readonly values: unknown[] = []

  add({ strings, parts }: Fragment): void {
    this.text += strings[0]
    for (let index = 0; index < parts.length; index += 1) {
      const part = parts[index] as Fragment | Hole
      if (part instanceof Hole) this.text += `$${this.values.push(part.value)}`
      else this.add(part)
      this.text += strings[index + 1]
    }
  }
}
