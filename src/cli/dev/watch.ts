import { type FSWatcher, readdirSync, watch } from 'node:fs'
import { join } from 'node:path'

const SOURCES = /\.(?:[cm]?[jt]sx?|json|html|css|sql|toml)$/
const IGNORED = /^(?:node_modules|dist|\..*)$/
const DEBOUNCE_MILLISECONDS = 100

/**
 * Calls back once per burst of changes to source files below a folder. Each folder has a watcher of its own: the
 * recursive kind would also walk `node_modules` and the database.
 */
export function watchSources(root: string, changed: () => void): { close(): void } {
  const watchers = new Map<string, FSWatcher>()
  let timer: NodeJS.Timeout | undefined
  const notice = () => {
    clearTimeout(timer)
    timer = setTimeout(changed, DEBOUNCE_MILLISECONDS)
  }
  const forget = (folder: string) => {
    watchers.get(folder)?.close()
    watchers.delete(folder)
  }
  const add = (folder: string) => {
    if (watchers.has(folder)) return
    const entries = listFolder(folder)
    if (entries === undefined) return
    const watcher = watch(folder, (_, name) => {
      if (name === null || IGNORED.test(name)) return
      if (SOURCES.test(name)) notice()
      else add(join(folder, name))
    })
    watchers.set(folder, watcher)
    watcher.on('error', () => forget(folder))
    for (const entry of entries) {
      if (entry.isDirectory() && !IGNORED.test(entry.name)) add(join(folder, entry.name))
    }
  }
  add(root)
  return {
    close() {
      clearTimeout(timer)
      for (const folder of [...watchers.keys()]) forget(folder)
    },
  }
}

/** Undefined for what is no folder, or is gone. */
function listFolder(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    return undefined
  }
}
