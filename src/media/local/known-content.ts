/** What the maker of a staged file already knows of it. */
export interface KnownContent {
  readonly sha256: string
  readonly bytes: number
  readonly isText: boolean
}

/** Forgotten files are no harm: their content is hashed again. */
const MOST = 1000
const known = new Map<string, KnownContent>()

/** Remembers the hash of a file that a decoder of this process wrote and hashed. */
export function rememberContent(path: string, content: KnownContent): void {
  const oldest = known.keys().next()
  if (known.size >= MOST && !oldest.done) known.delete(oldest.value)
  known.set(path, content)
}

/** Once: the file is moved afterwards. */
export function takeKnownContent(path: string): KnownContent | undefined {
  const content = known.get(path)
  known.delete(path)
  return content
}
