import type { Context, Next } from 'hono'
import { matchedRoutes, routePath } from 'hono/route'
import type { H, RouterRoute } from 'hono/types'
import { findTargetHandler } from 'hono/utils/handler'
import { mergePath } from 'hono/utils/url'
import { CellarError } from '../errors/cellar-error.ts'
import { authenticate } from './authenticate.ts'
import { corsMiddleware } from './http/cors.ts'
import { exchangeOf } from './http/exchange.ts'
import { withServerTiming } from './http/server-timing.ts'
import { jobRoutes } from './jobs/job-endpoint.ts'
import { concurrencyMiddleware } from './limits/concurrency.ts'
import { rateHeadersOf } from './limits/rate-limit.ts'
import { mediaRoute } from './media/media-route.ts'
import { openapiRoutes } from './openapi/openapi-routes.ts'
import { comparePatterns, matchesPath, patternKey } from './path-pattern.ts'
import { problemResponse } from './respond/problem.ts'
import { type RouteSpec, routeTitle } from './route-spec.ts'
import type { RouterState } from './router-state.ts'
import { compileRoute } from './routes/compile-route.ts'
import { unboundCellar } from './unbound-cellar.ts'
import { belowPrefix, describedRoutes, keepDescription } from './written/description.ts'
import { keepPlace } from './written/written-context.ts'
import { compileDescribed } from './written/written-input.ts'

/** A route that the router adds by itself; the path is below the prefix. */
export interface SystemRoute {
  readonly method: string
  readonly path: string
  readonly handle: (c: Context) => Response | Promise<Response>
}

/**
 * All routes of a router in the order they are matched: what was written by hand, then the declared ones with specific
 * paths before parameters, then media and jobs. A hand-written route with parameters that would hide a declared path
 * comes after it. Last, under a prefix, what answers 404 and 405.
 */
export function arrangeRoutes(state: RouterState, written: readonly RouterRoute[]): readonly RouterRoute[] {
  const declared = [...state.declared].sort((a, b) => comparePatterns(a.pattern, b.pattern))
  refuseDuplicates(state, declared, written)
  const hidden = written.filter((route) => hides(state, route, declared))
  const system = [mediaRoute(state), ...jobRoutes(state), ...(state.openapi ? openapiRoutes(state) : [])]
  const answering = [
    ...written.filter((route) => !hidden.includes(route)).map((route) => wrap(state, route)),
    ...declared.map((spec) => record(state, spec.method.toUpperCase(), spec.pattern.path, compileRoute(state, spec))),
    ...system.map(({ method, path, handle }) => record(state, method, path, catching(handle))),
    ...hidden.map((route) => wrap(state, route)),
  ]
  const routes = [...guards(state, answering), ...answering]
  // Without a prefix it would answer for the whole app; the app's own notFound does it there.
  if (state.prefix !== '') {
    state.catchAll = { ...place(state, 'ALL', '/*'), handler: refusing(routes) }
    routes.push(state.catchAll)
  }
  return Object.freeze(routes)
}

/** Answers 404 and 405, unless another router of the same prefix still has a route for the request. */
function refusing(routes: readonly RouterRoute[]): H {
  return async (c: Context, next: Next) => {
    const others = matchedRoutes(c).slice(c.req.routeIndex + 1)
    if (others.some((route) => route.method !== 'ALL')) await next()
    else return problemResponse(notFoundError(c, routes), c)
  }
}

/** NOT_FOUND, or METHOD_NOT_ALLOWED where the path has other methods. */
export function notFoundError(c: Context, routes: readonly RouterRoute[]): CellarError {
  const { path, method } = c.req
  const allowed = methodsAt(c, routes)
  if (allowed.size === 0) return new CellarError('NOT_FOUND', { subject: `${method} ${path}` })
  return new CellarError('METHOD_NOT_ALLOWED', { method, path, allowed: [...allowed].join(', ') })
}

/** Methods that are taken at the path of a request. */
export function methodsAt(c: Context, routes: readonly RouterRoute[]): ReadonlySet<string> {
  const allowed = new Set<string>()
  for (const route of routes) {
    if (route.method !== 'ALL' && matchesPath(stripBase(c, route), c.req.path)) allowed.add(route.method)
  }
  if (allowed.has('GET')) allowed.add('HEAD')
  return allowed
}

/** What stands before all routes of a router; nothing where it was not asked for. */
function guards(state: RouterState, routes: readonly RouterRoute[]): readonly RouterRoute[] {
  const { cors, concurrency } = state
  const own = new WeakSet<object>(routes.map((route) => route.handler))
  const covers = (c: Context) => {
    const others = matchedRoutes(c).filter((route) => route.method !== 'ALL')
    // Where nothing answers, it is this router that says so, unless it lies around the whole app.
    return others.length === 0 ? state.prefix !== '' : others.some((route) => own.has(findTargetHandler(route.handler)))
  }
  const guard = (handler: H): RouterRoute => ({ ...place(state, 'ALL', '/*'), handler })
  return [
    ...(cors ? [guard(corsMiddleware(cors, { covers, methodsAt: (c) => methodsAt(c, routes) }))] : []),
    ...(concurrency ? [guard(concurrencyMiddleware(concurrency, covers))] : []),
  ]
}

/** Routes know their path below the router; requests come with what it is mounted under. */
function stripBase(c: Context, route: RouterRoute): string {
  const matched = c.req.routeIndex < matchedRoutes(c).length ? routePath(c) : ''
  const own = matched.endsWith('/*') ? matched.slice(0, -2) : ''
  const base = own.endsWith(route.basePath) ? own.slice(0, own.length - route.basePath.length) : ''
  return base + route.path
}

function record(state: RouterState, method: string, path: string, handler: H): RouterRoute {
  const placed = place(state, method, path)
  const answering = state.serverTiming ? withServerTiming(handler) : handler
  return { ...placed, handler: noted(placed.path, answering) }
}

function place(state: RouterState, method: string, path: string): Omit<RouterRoute, 'handler'> {
  const basePath = state.prefix === '' ? '/' : state.prefix
  return { basePath, method, path: mergePath(basePath, path) }
}

/** The log names the route that answered. */
const noted =
  (path: string, handler: H): H =>
  (c: Context, next: Next) => {
    const exchange = exchangeOf(c)
    if (exchange) exchange.route = path
    return handler(c, next)
  }

const NO_LIMIT = { limitRate: undefined }

/** Hand-written handlers get `c.var.cellar`, and on a router with `auth` need a user. Middleware runs before that. */
function wrap(state: RouterState, route: RouterRoute): RouterRoute {
  const isMiddleware = state.middleware.has(route.handler)
  const guarded = state.auth !== undefined && !isMiddleware
  const [described] = describedRoutes(state.prefix, [route])
  const handler = described ? compileDescribed(state, described) : route.handler
  const place = { state, path: belowPrefix(state.prefix, route.path) }
  const wrapped: H = async (c: Context, next: Next) => {
    const exchange = isMiddleware ? undefined : exchangeOf(c)
    if (exchange) exchange.route = route.path
    const { limitRate } = isMiddleware ? NO_LIMIT : state
    c.set('cellar', state.bound ? state.binding.cellar : unboundCellar)
    if (!isMiddleware) keepPlace(c, place)
    // A route of several handlers is one request.
    if ((guarded || limitRate) && !state.admitted.has(c)) {
      try {
        if (guarded) await admit(state, c)
        if (limitRate) await limitRate(c, state.binding)
        state.admitted.add(c)
        for (const [name, value] of Object.entries(rateHeadersOf(c) ?? {})) c.header(name, value)
      } catch (error) {
        return problemResponse(error, c)
      }
    }
    return handler(c, next)
  }
  if (described) keepDescription(wrapped, described.description)
  const timed = state.serverTiming && !isMiddleware ? withServerTiming(wrapped) : wrapped
  if (described && timed !== wrapped) keepDescription(timed, described.description)
  return { ...route, handler: timed }
}

/** Media URLs can then be signed without waiting. Where the key cannot be had, only those fail. */
async function admit(state: RouterState, c: Context): Promise<void> {
  await authenticate(state, c, false)
  if (state.bound) await state.binding.signer().catch(() => {})
}

const catching =
  (handle: SystemRoute['handle']): H =>
  async (c: Context) => {
    try {
      return await handle(c)
    } catch (error) {
      return problemResponse(error, c)
    }
  }

function refuseDuplicates(state: RouterState, declared: readonly RouteSpec[], written: readonly RouterRoute[]): void {
  const taken = new Set(written.map((route) => `${route.method} ${patternKey(route.path)}`))
  for (const { kind, method, pattern } of declared) {
    const path = mergePath(state.prefix === '' ? '/' : state.prefix, pattern.path)
    if (!taken.has(`${method.toUpperCase()} ${patternKey(path)}`)) continue
    throw new CellarError('ROUTE_DUPLICATE', { route: routeTitle(kind, method, pattern.path) })
  }
}

function hides(state: RouterState, route: RouterRoute, declared: readonly RouteSpec[]): boolean {
  if (route.method === 'ALL' || !/[:*]/.test(route.path)) return false
  return declared.some(
    (spec) =>
      spec.method.toUpperCase() === route.method &&
      spec.pattern.parameters.length === 0 &&
      matchesPath(route.path, `${state.prefix}${spec.pattern.path}`),
  )
}
