import type { Context } from 'hono'
import { routePath } from 'hono/route'
import type { RouterState } from './router-state.ts'

/**
 * What stands before the router's own paths in URLs: the base address, what the router is mounted under, its prefix.
 *
 * @param path the matched route's path below the prefix
 */
export function mountRoot(c: Context, state: RouterState, path: string): string {
  const matched = routePath(c)
  const below = path === '/' ? '' : path
  const mounted = matched.endsWith(below) ? matched.slice(0, matched.length - below.length) : state.prefix
  return state.baseUrl + (mounted === '/' ? '' : mounted)
}
