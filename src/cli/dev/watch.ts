import { watch } from 'node:fs'

const SOURCES = /\.(?:[cm]?[jt]sx?|json|html|css|sql|toml)$/
const IGNORED = /(?:^|[\\/])(?:node_modules|dist|\..+?)(?:[\\/]|$)/
const DEBOUNCE_MILLISECONDS = 100

/** Calls back once per burst of changes to source files below a folder. */
export function watchSources(folder: string, changed: () => void): { close(): void } {
  let timer: NodeJS.Timeout | undefined
  const watcher = watch(folder, { recursive: true }, (_, name) => {
    if (name === null || !SOURCES.test(name) || IGNORED.test(name)) return
    clearTimeout(timer)
    timer = setTimeout(changed, DEBOUNCE_MILLISECONDS)
  })
  return {
    close() {
      clearTimeout(timer)
      watcher.close()
    },
  }
}
