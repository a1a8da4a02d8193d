import { createRequire } from 'node:module'

/** Whether a package is installed, looked for where Cellar's own lazy imports would look, then from the other modules. */
export function isInstalled(name: string, ...modules: readonly string[]): boolean {
  return [import.meta.url, ...modules].some((from) => resolves(name, from))
}

function resolves(name: string, from: string): boolean {
  try {
    createRequire(from).resolve(name)
    return true
  } catch (error) {
    // It is there, but only for `import`.
    return error instanceof Error && 'code' in error && error.code === 'ERR_PACKAGE_PATH_NOT_EXPORTED'
  }
}
