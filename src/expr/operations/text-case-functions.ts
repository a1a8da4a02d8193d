const WORD = /\p{L}[\p{L}\p{M}\p{N}'’]*/gu

export function capitalize(text: string): string {
  const [first = ''] = text
  // Upper case of one character can be several, of which one stays.
  const [initial = '', ...others] = first.toUpperCase()
  return initial + others.join('').toLowerCase() + text.slice(first.length).toLowerCase()
}

export function titleCase(text: string): string {
  return text.replace(WORD, capitalize)
}

export function swapCase(text: string): string {
  let swapped = ''
  for (const character of text) {
    const lower = character.toLowerCase()
    swapped += lower === character ? character.toUpperCase() : lower
  }
  return swapped
}

/** By way of upper case, which also joins what has several lower case forms. */
export function foldCase(text: string): string {
  return text.toUpperCase().toLowerCase().replaceAll('ς', 'σ')
}

export function hasCase(text: string): boolean {
  return text.toLowerCase() !== text.toUpperCase()
}
