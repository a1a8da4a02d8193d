import { CellarError } from '../errors/cellar-error.ts'

export interface Reference {
  readonly table: string
  readonly column: string
}

/** Reads `'nodes.id'`; paths may hold dots, so the last one separates. */
export function parseReference(text: string, subject: string): Reference {
  const dot = text.lastIndexOf('.')
  if (dot <= 0 || dot === text.length - 1) {
    const reason = `it references ${JSON.stringify(text)}; write table.column, as in 'nodes.id'`
    throw new CellarError('INVALID_DECLARATION', { subject, reason })
  }
  return { table: text.slice(0, dot), column: text.slice(dot + 1) }
}
