/** One element of a pattern: any text, any one character, or a literal character (a code point). */
type Element = typeof ANY_TEXT | typeof ANY_ONE | number
const ANY_TEXT = -1
const ANY_ONE = -2

export type LikePattern = readonly Element[]

export function parseLike(pattern: string): LikePattern {
  const elements: Element[] = []
  let escaped = false
  for (const character of pattern) {
    if (!escaped && character === '\\') escaped = true
    else {
      if (!escaped && character === '%') elements.push(ANY_TEXT)
      else if (!escaped && character === '_') elements.push(ANY_ONE)
      else elements.push(character.codePointAt(0) as number)
      escaped = false
    }
  }
  // A last single backslash stands for itself; Postgres alone would raise an error, depending on the text.
  if (escaped) elements.push(0x5c)
  return elements
}

/** Goes back to the last `%` only, so that no pattern takes more than length × length steps. */
export function matchesLike(text: string, pattern: LikePattern): boolean {
  let at = 0
  let element = 0
  let resumeAt = -1
  let resumeElement = -1
  while (at < text.length) {
    const wanted = pattern[element]
    const point = text.codePointAt(at) as number
    if (wanted === ANY_TEXT) {
      element += 1
      resumeElement = element
      resumeAt = at
    } else if (wanted === ANY_ONE || wanted === point) {
      element += 1
      at += width(point)
    } else if (resumeAt !== -1) {
      element = resumeElement
      resumeAt += width(text.codePointAt(resumeAt) as number)
      at = resumeAt
    } else return false
  }
  while (pattern[element] === ANY_TEXT) element += 1
  return element === pattern.length
}

function width(point: number): 1 | 2 {
  return point > 0xffff ? 2 : 1
}

/** A pattern that stands for the text itself. */
export function escapeLike(text: string): string {
  return text.replaceAll(/[\\%_]/g, (character) => `\\${character}`)
}
