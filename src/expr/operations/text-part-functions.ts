import { sliceCodePoints } from './text-functions.ts'
import { splitText } from './text-shape-functions.ts'

/** Without the given characters at the ends. */
export function trimOf(text: string, characters: string, ends: 'both' | 'start' | 'end'): string {
  const set = new Set(characters)
  const all = [...text]
  let [start, end] = [0, all.length]
  if (ends !== 'end') while (start < end && set.has(all[start] as string)) start += 1
  if (ends !== 'start') while (end > start && set.has(all[end - 1] as string)) end -= 1
  return all.slice(start, end).join('')
}

export function partition(text: string, separator: string): string[] {
  const at = separator === '' ? -1 : text.indexOf(separator)
  return at === -1 ? [text, '', ''] : [text.slice(0, at), separator, text.slice(at + separator.length)]
}

export function partitionLast(text: string, separator: string): string[] {
  const at = separator === '' ? -1 : text.lastIndexOf(separator)
  return at === -1 ? ['', '', text] : [text.slice(0, at), separator, text.slice(at + separator.length)]
}

export function splitLimited(text: string, separator: string, limit: number): string[] {
  const parts = splitText(text, separator)
  return parts.length <= limit ? parts : [...parts.slice(0, limit - 1), parts.slice(limit - 1).join(separator)]
}

export function splitEnd(text: string, separator: string, limit: number): string[] {
  const parts = splitText(text, separator)
  const rest = parts.length - limit + 1
  return rest <= 1 ? parts : [parts.slice(0, rest).join(separator), ...parts.slice(rest)]
}

/** A slice that ends before it starts is empty and stands at its start. */
export function replaceSlice(text: string, start: number, end: number, by: string): string {
  const before = sliceCodePoints(text, 0, start)
  const upTo = sliceCodePoints(text, 0, end)
  const kept = Math.max(upTo.length, before.length)
  return before + by + text.slice(kept)
}
