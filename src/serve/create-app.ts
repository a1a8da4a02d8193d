import { Hono } from 'hono'
import type { Cellar } from '../cellar/cellar.ts'
import { contextOf } from '../cellar/context-of.ts'
import { CellarError } from '../errors/cellar-error.ts'
import { methodsAt, notFoundError } from './arrange-routes.ts'
import { docsResponse } from './docs/docs-response.ts'
import { type CorsOptions, checkCors, corsMiddleware } from './http/cors.ts'
import { type ConcurrencyLimits, checkConcurrency, concurrencyMiddleware } from './limits/concurrency.ts'
import { areEqualPolicies } from './media/media-options.ts'
import { type DocumentInfo, openapiDocument } from './openapi/document.ts'
import { patternKey } from './path-pattern.ts'
import { problemResponse } from './respond/problem.ts'
import { type RouterState, stateOf } from './router-state.ts'
import type { AnyRouter } from './table-router.ts'

export interface AppOptions extends DocumentInfo {
  /** Bound to every router. Left out, the routers keep what they are bound to. */
  readonly cellar?: Cellar
  /** Pages of other origins that may call; a router with `cors` of its own decides for itself. @default none */
  readonly cors?: CorsOptions
  /** Tells in `Server-Timing` where the time of an answer went; `cellar dev` does. @default false */
  readonly serverTiming?: boolean
  /** Requests and uploads of all routers that are worked on at a time. Health is always answered. @default no limit */
  readonly concurrency?: ConcurrencyLimits
}

const all = () => true

/** What `serve` needs to know of an app. */
export interface AppParts {
  readonly routers: readonly RouterState[]
  readonly cellar: Cellar | undefined
  /** Set while the server ends: `/health/ready` says so, and load balancers go elsewhere. */
  ending: boolean
}

const parts = new WeakMap<Hono, AppParts>()

/**
 * One app of all routers. It owns `/openapi.json`, `/docs`, `/health/live` and `/health/ready`; `/` leads to the docs
 * unless a router has it.
 *
 * @throws ROUTE_DUPLICATE when two routers answer the same request
 */
export function createApp(routers: AnyRouter | readonly AnyRouter[], options: AppOptions = {}): Hono {
  const list = 'length' in routers ? routers : [routers]
  const states = list.map((router) => stateOf(router))
  const { cellar } = options
  if (cellar) for (const state of states) state.bind(cellar)
  if (options.serverTiming) for (const state of states) state.measure()
  checkTogether(list, states)
  const app = new Hono()
  const own: AppParts = { routers: states, cellar, ending: false }
  parts.set(app, own)
  app.onError((error, c) => problemResponse(error, c))
  app.notFound((c) => problemResponse(notFoundError(c, app.routes), c))
  app.get('/health/live', (c) => c.json({ status: 'ok' }))
  app.get('/health/ready', async (c) => {
    const ready = !own.ending && (await isReady(own))
    return c.json({ status: ready ? 'ok' : 'unavailable' }, ready ? 200 : 503)
  })
  if (options.cors)
    app.use('*', corsMiddleware(checkCors(options.cors), { covers: all, methodsAt: (c) => methodsAt(c, app.routes) }))
  if (options.concurrency) app.use('*', concurrencyMiddleware(checkConcurrency(options.concurrency), all))
  app.get('/openapi.json', (c) => c.json(openapiDocument(states, { ...options, server: baseOf(states) })))
  app.get('/docs', () => docsResponse())
  for (const [index, router] of list.entries()) mountRouter(app, router, states[index] as RouterState)
  app.get('/', (c) => c.redirect('/docs'))
  return app
}

/** @throws INVALID_DECLARATION when the app was not made by `createApp` */
export function partsOf(app: Hono): AppParts {
  const known = parts.get(app)
  if (known) return known
  throw new CellarError('INVALID_DECLARATION', { subject: 'the app', reason: 'it was not made by createApp' })
}

export const isApp = (value: unknown): value is Hono => parts.has(value as Hono)

/**
 * As `app.route('/', router)`, but a router without an error handler of its own leaves errors to the app: Hono would
 * wrap each of its handlers otherwise, for every request.
 */
function mountRouter(app: Hono, router: AnyRouter, state: RouterState): void {
  if (state.ownsErrors) app.route('/', router as unknown as Hono)
  else {
    for (const route of router.routes) {
      // The app knows the routes of all routers, and answers for all of them.
      if (route !== state.catchAll) app.on(route.method, route.path, route.handler)
    }
  }
}

async function isReady({ routers, cellar }: AppParts): Promise<boolean> {
  if (routers.some((state) => !state.bound)) return false
  const databases = new Set(routers.map((state) => state.binding.context.database))
  if (cellar) databases.add(contextOf(cellar).database)
  const ready = await Promise.all([...databases].map((database) => database.ready()))
  return ready.every(Boolean)
}

function baseOf(states: readonly RouterState[]): string {
  const bases = new Set(states.map((state) => state.baseUrl))
  return bases.size === 1 ? ([...bases][0] ?? '') : ''
}

function checkTogether(routers: readonly AnyRouter[], states: readonly RouterState[]): void {
  const taken = new Map<string, RouterState>()
  const owners = new Map<string, RouterState>()
  for (const [index, state] of states.entries()) {
    const other = owners.get(state.prefix)
    if (other && other.auth !== state.auth) throw mixed(state.prefix, 'auth')
    if (other && !areEqualPolicies(other.media, state.media)) throw mixed(state.prefix, 'media')
    owners.set(state.prefix, state)
    for (const { method, path } of (routers[index] as AnyRouter).routes) {
      const key = `${method} ${patternKey(path)}`
      const holder = taken.get(key)
      const shared = method === 'ALL' || holder === state || isSystemPath(state.prefix, path)
      if (holder && !shared) throw new CellarError('ROUTE_DUPLICATE', { route: `${method} ${path}` })
      taken.set(key, state)
    }
  }
}

/** Media and jobs of routers with one prefix are the same routes. */
const isSystemPath = (prefix: string, path: string): boolean =>
  path.startsWith(`${prefix}/media/`) || path === `${prefix}/jobs` || path.startsWith(`${prefix}/jobs/`)

function mixed(prefix: string, option: 'auth' | 'media'): CellarError {
  return new CellarError('ROUTE_INVALID', {
    route: 'TableRouter',
    option: 'prefix',
    reason: `'${prefix}' is that of another router with another ${option}, and media and jobs lie under the prefix`,
    fix: `Give them different prefixes, or the same ${option}.`,
  })
}
