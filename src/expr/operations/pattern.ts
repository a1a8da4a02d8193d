import { createRequire } from 'node:module'
import type * as Re2 from 're2js'
import { CellarError } from '../../errors/cellar-error.ts'

type Engine = Pick<typeof Re2, 'RE2JS' | 'MatcherInput'>

const require = createRequire(import.meta.url)
let engine: Engine | undefined

/** Loaded with the first pattern: few programs have one. */
function loadEngine(): Engine {
  engine ??= require('re2js') as typeof Re2
  return engine
}

export interface Match {
  /** Where it is, in UTF-16 units. */
  readonly start: number
  readonly end: number
  /** From group 0, the whole match; null for groups without part in it. */
  readonly groups: readonly (string | null)[]
}

/** A regular expression that takes time linear to the text, whatever it is. */
export interface CompiledPattern {
  readonly groups: number
  readonly names: Readonly<Record<string, number>>
  test(text: string): boolean
  testAll(text: string): boolean
  /** @throws PATTERN_LIMIT where the matches take more than so many steps in all */
  matches(text: string): Iterable<Match>
}

const MAX_STEPS = 10_000_000
/** Characters of a pattern that a message has room for. */
const SHOWN = 200

/**
 * A search takes time linear to the text, but all searches together can each read it to its end. Counts what is read,
 * so that they end after the same number of steps on every machine.
 */
class CountedText extends String {
  readonly #pattern: string
  #left = MAX_STEPS + 100 * this.length

  constructor(text: string, pattern: string) {
    super(text)
    this.#pattern = pattern
  }

  override charCodeAt(index: number): number {
    this.#left -= 1
    if (this.#left >= 0) return super.charCodeAt(index)
    const pattern = this.#pattern.length > SHOWN ? `${this.#pattern.slice(0, SHOWN)}…` : this.#pattern
    throw new CellarError('PATTERN_LIMIT', { pattern, length: this.length })
  }
}

/** The pattern in the form that is persisted: flags become part of the source. */
export function sourceOfPattern(pattern: string | RegExp): string {
  return loadEngine().RE2JS.translateRegExp(pattern)
}

/** Throws the engine's error for what is no pattern, or one that cannot be run in linear time. */
export function compilePattern(source: string): CompiledPattern {
  const { RE2JS, MatcherInput } = loadEngine()
  const compiled = RE2JS.compile(source)
  const groups = compiled.groupCount()
  return {
    groups,
    names: compiled.namedGroups(),
    test: (text) => compiled.test(text),
    testAll: (text) => compiled.testExact(text),
    *matches(text) {
      const matcher = compiled.matcher(MatcherInput.utf16(new CountedText(text, source)))
      while (matcher.find()) {
        const found = Array.from({ length: groups + 1 }, (_, index) => matcher.group(index) ?? null)
        yield { start: matcher.start(), end: matcher.end(), groups: found }
      }
    },
  }
}

/** Writes a match as `String.prototype.replace` would. */
export function expandReplacement(by: string, { groups }: Match, { names }: CompiledPattern): string {
  return by.replace(/\$(?:([$&])|(\d\d?)|<([^>]*)>)/g, (whole, sign?: string, digits?: string, name?: string) => {
    if (sign === '$') return '$'
    if (sign === '&') return groups[0] ?? ''
    if (name !== undefined) return Object.hasOwn(names, name) ? (groups[names[name] as number] ?? '') : whole
    return expandNumber(digits as string, groups) ?? whole
  })
}

/** Two digits are the number of a group where there is one, else one digit is, and the other stands for itself. */
function expandNumber(digits: string, groups: Match['groups']): string | undefined {
  const both = Number(digits)
  if (both > 0 && both < groups.length) return groups[both] ?? ''
  const single = Number(digits.charAt(0))
  if (digits.length === 2 && single > 0 && single < groups.length) return (groups[single] ?? '') + digits.charAt(1)
  return undefined
}
