import { isIPv4 } from 'node:net'
import { CellarError } from '../errors/cellar-error.ts'
import type { RouterState } from './router-state.ts'

const WRITES: ReadonlySet<string> = new Set(['insert', 'update', 'upsert', 'delete'])

export function isLoopbackHost(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, '')
  return name === 'localhost' || name === '::1' || (isIPv4(name) && name.startsWith('127.'))
}

/**
 * Refuses to let other machines write without saying who they are, or to hand out URLs that lead nowhere.
 *
 * @throws SERVE_NOT_PUBLIC, SERVE_BASE_URL_MISSING
 */
export function checkExposure(host: string, baseUrl: string | undefined, routers: readonly RouterState[]): void {
  if (isLoopbackHost(host)) return
  const open = routers
    .filter((state) => state.auth === undefined)
    .flatMap((state) =>
      state.declared.filter((spec) => WRITES.has(spec.kind) && !spec.public).map((spec) => ({ state, spec })),
    )
  if (open.length > 0) {
    const routes = open.map(({ state, spec }) => `${spec.method.toUpperCase()} ${state.prefix}${spec.pattern.path}`)
    throw new CellarError('SERVE_NOT_PUBLIC', { host, routes: routes.join(', ') })
  }
  if (baseUrl === undefined && routers.some((state) => state.baseUrl === '')) {
    throw new CellarError('SERVE_BASE_URL_MISSING', { host })
  }
}
