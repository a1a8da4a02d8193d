/**
 * The URL of a worker or child module beside the caller, with the caller's own extension: `.ts` when it runs from source, `.js` when it was
 * built. `new URL('./x.ts', import.meta.url)` would not do, since the compiler leaves it alone.
 */
export function workerEntry(name: string, importMetaUrl: string): URL {
  const extension = importMetaUrl.slice(importMetaUrl.lastIndexOf('.'))
  return new URL(`./${name}${extension}`, importMetaUrl)
}
