import { createHash } from 'node:crypto'

/**
 * A hash of code that comments and white space do not change, so that the same function loaded as TypeScript and
 * as built JavaScript looks the same. Different code never hashes equal on purpose; formatting may still differ.
 */
export function sourceHash(...sources: readonly string[]): string {
  const hash = createHash('sha256')
  for (const source of sources) hash.update(normaliseSource(source)).update('\0')
  return hash.digest('hex').slice(0, 32)
}

/** Whatever starts at a position of the source and is one piece: comment, white space, string, template, regular expression. */
const COMMENT = /\/\/[^\n]*|\/\*[\s\S]*?\*\//y
const SPACE = /\s+/y
const QUOTED = /"(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*'/y
const TEMPLATE = /`(?:[^`\\]|\\[\s\S])*`/y
const REGEX = /\/(?![*/])(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y
const WORD = /[\p{ID_Continue}$]+/uy

/** A slash after one of these starts a regular expression, elsewhere it divides. */
const BEFORE_REGEX =
  /(?:[(,=:[!&|?{};+\-*%<>~^]|\b(?:return|typeof|case|in|of|void|delete|throw|new|do|else|yield|await))$/
const JOINS = /[\p{ID_Continue}$]$/u

export function normaliseSource(source: string): string {
  let out = ''
  let gap = false
  for (let at = 0; at < source.length; ) {
    const space = match(SPACE, source, at) ?? match(COMMENT, source, at)
    if (space !== undefined) {
      gap = true
      at += space.length
      continue
    }
    const word = match(WORD, source, at)
    const piece = word ?? literal(source, at, out) ?? (source[at] as string)
    // White space matters only between two words, and between signs that would become another sign.
    if (gap && (word !== undefined ? JOINS.test(out) : out.endsWith(piece[0] as string) && /[+-]/.test(piece)))
      out += ' '
    gap = false
    out += piece
    at += piece.length
  }
  return out
}

function literal(source: string, at: number, before: string): string | undefined {
  const quoted = match(QUOTED, source, at) ?? match(TEMPLATE, source, at)
  if (quoted !== undefined) return quoted
  return before === '' || BEFORE_REGEX.test(before.slice(-12)) ? match(REGEX, source, at) : undefined
}

function match(pattern: RegExp, source: string, at: number): string | undefined {
  pattern.lastIndex = at
  return pattern.exec(source)?.[0]
}
