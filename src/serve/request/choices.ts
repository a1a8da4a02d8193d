import type { Context } from 'hono'
import { CellarError } from '../../errors/cellar-error.ts'
import type { RouteSpec } from '../route-spec.ts'

/** What a caller may choose in the query string of a route that writes or computes rows. */
export interface Choices {
  /** What a row that cannot be used does. */
  readonly onInvalid: 'abort' | 'skip'
  /** What a failing cell does; undefined leaves it to the column. */
  readonly onError: 'abort' | 'store' | undefined
}

export const NO_CHOICES: Choices = Object.freeze({ onInvalid: 'abort', onError: undefined })

const WORDS = { onInvalid: ['abort', 'skip'], onError: ['abort', 'store'] } as const

export interface QueryWords {
  readonly choices: Choices
  /** What else was in the query string. */
  readonly others: ReadonlyMap<string, readonly string[]>
}

const NONE: ReadonlyMap<string, readonly string[]> = new Map()

/** Reads the words of the query string that the route has a meaning for. */
export function compileChoices(spec: RouteSpec): (c: Context) => QueryWords {
  const chooses = spec.kind !== 'delete' && spec.kind !== 'query' && spec.kind !== 'list'
  const fixed = chooses && spec.onError !== 'caller' ? spec.onError : undefined
  const nothing: QueryWords = Object.freeze({
    choices: Object.freeze({ onInvalid: 'abort', onError: fixed }),
    others: NONE,
  })
  return (c) => {
    if (!c.req.url.includes('?')) return nothing
    const others = queryOf(c)
    if (!chooses) return { ...nothing, others }
    const onInvalid = take(others, 'onInvalid') ?? 'abort'
    if (others.has('onError') && spec.onError !== 'caller')
      throw badWord('onError', 'is not for callers of this route to choose')
    const onError = take(others, 'onError') ?? fixed
    return { choices: { onInvalid, onError }, others }
  }
}

/** Names and texts of the query string. A plain object would not hold every name. */
export function queryOf(c: Context): Map<string, string[]> {
  const given = new Map<string, string[]>()
  for (const [name, text] of new URL(c.req.url, 'http://localhost').searchParams) {
    const known = given.get(name)
    if (known) known.push(text)
    else given.set(name, [text])
  }
  return given
}

function take<W extends keyof typeof WORDS>(
  given: Map<string, string[]>,
  word: W,
): (typeof WORDS)[W][number] | undefined {
  const texts = given.get(word)
  if (texts === undefined) return undefined
  given.delete(word)
  const known: readonly (typeof WORDS)[W][number][] = WORDS[word]
  const found = known.find((value) => value === texts[0])
  if (found !== undefined && texts.length === 1) return found
  throw badWord(word, `must be one of ${known.join(', ')}`)
}

/** The words of the query string, each known and given once. */
export function wordsOf<W extends string>(c: Context, known: readonly W[]): Partial<Record<W, string>> {
  const words: Partial<Record<W, string>> = {}
  if (!c.req.url.includes('?')) return words
  for (const [name, [text = '', ...more]] of queryOf(c)) {
    const word = known.find((one) => one === name)
    const there = known.length === 0 ? '' : `; there is ${known.join(', ')}`
    if (word === undefined) throw badWord(name, `is not known here${there}`, 'UNKNOWN_FIELD')
    if (more.length > 0) throw badWord(name, 'is given more than once')
    words[word] = text
  }
  return words
}

/** A word of the query string that cannot be used. */
export function badWord(
  name: string,
  message: string,
  code: 'INVALID_VALUE' | 'UNKNOWN_FIELD' = 'INVALID_VALUE',
): CellarError {
  const issues = [{ path: [name], message, code }]
  return new CellarError('INVALID_VALUE', { subject: 'The query string', reason: `${name} ${message}` }, { issues })
}
