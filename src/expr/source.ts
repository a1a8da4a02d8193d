/** One use of a table or of a query in a query: its identity tells apart two uses of the same table. */
export interface Source {
  readonly id: number
  /** The path of the table; for messages, and for columns that are named as `photos.c.title`. */
  readonly name: string
}

let sources = 0

export function createSource(name: string): Source {
  sources += 1
  return Object.freeze({ id: sources, name })
}
