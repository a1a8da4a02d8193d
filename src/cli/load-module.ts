import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { CellarError } from 'cellar'

/** Imports the user's module; TypeScript loads natively. */
export async function loadModule(file: string): Promise<Record<string, unknown>> {
  assertModule(file)
  return (await import(pathToFileURL(resolve(file)).href)) as Record<string, unknown>
}

/** @throws MODULE_NOT_FOUND */
export function assertModule(file: string): void {
  if (!existsSync(file)) throw new CellarError('MODULE_NOT_FOUND', { path: file })
}

/**
 * Node guesses the format of a module whose package does not say it, at the cost of parsing it twice, and warns.
 * This says what to do instead; undefined when all is well.
 */
export function moduleTypeAdvice(file: string): string | undefined {
  if (!/\.[jt]s$/.test(file)) return undefined
  const manifest = nearestManifest(dirname(resolve(file)))
  if (manifest?.type === 'module') return undefined
  const where = manifest ? `in ${manifest.path}` : 'in a package.json beside it'
  return `${file} is an ES module, but nothing says so: add "type": "module" ${where} (or name the file .mts). It works as it is, only slower to start.`
}

function nearestManifest(folder: string): { path: string; type?: string } | undefined {
  const path = join(folder, 'package.json')
  if (existsSync(path)) return { path, ...(JSON.parse(readFileSync(path, 'utf8')) as { type?: string }) }
  const parent = dirname(folder)
  return parent === folder ? undefined : nearestManifest(parent)
}
