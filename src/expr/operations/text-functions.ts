const SURROGATE = /[\uD800-\uDFFF]/

/** Characters, each counted once also where UTF-16 needs two units for it. */
export function codePointLength(text: string): number {
  if (!SURROGATE.test(text)) return text.length
  let count = 0
  for (let index = 0; index < text.length; index += 1) if (!isSecondHalf(text, index)) count += 1
  return count
}

/** `String.prototype.slice` counted in characters. */
export function sliceCodePoints(text: string, start: number, end: number): string {
  if (!SURROGATE.test(text)) return text.slice(start, end)
  const length = codePointLength(text)
  const from = bound(start, length)
  const to = bound(end, length)
  if (to <= from) return ''
  const first = unitIndex(text, 0, from)
  return text.slice(first, unitIndex(text, first, to - from))
}

/** Literal, unlike `String.prototype.replace`, which gives `$` a meaning. */
export function replaceFirst(text: string, find: string, by: string): string {
  const at = find === '' ? -1 : text.indexOf(find)
  return at === -1 ? text : text.slice(0, at) + by + text.slice(at + find.length)
}

function bound(position: number, length: number): number {
  const whole = Number.isNaN(position) ? 0 : Math.trunc(position)
  return whole < 0 ? Math.max(length + whole, 0) : Math.min(whole, length)
}

/** Index of the unit that stands `characters` after `from`. */
function unitIndex(text: string, from: number, characters: number): number {
  let index = from
  for (let count = 0; count < characters; count += 1) index += isSecondHalf(text, index + 1) ? 2 : 1
  return index
}

/** Text has no lone surrogates: types refuse them. */
function isSecondHalf(text: string, index: number): boolean {
  const unit = text.charCodeAt(index)
  return unit >= 0xdc00 && unit <= 0xdfff
}
