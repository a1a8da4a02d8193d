import type { Context } from 'hono'
import type { H, RouterRoute } from 'hono/types'
import type { Cellar } from '../cellar/cellar.ts'
import { CellarError } from '../errors/cellar-error.ts'
import { arrangeRoutes } from './arrange-routes.ts'
import { type Binding, createBinding } from './binding.ts'
import { DeferredRouter } from './deferred-router.ts'
import { type CorsOptions, checkCors } from './http/cors.ts'
import { checkJobOptions, type JobPolicy } from './jobs/job-options.ts'
import { leaveJobs } from './jobs/registry.ts'
import { serveJobs } from './jobs/route-jobs.ts'
import { type ConcurrencyLimits, checkConcurrency } from './limits/concurrency.ts'
import { checkRateLimit, compileRateLimit, type LimitRate } from './limits/rate-limit.ts'
import { checkTimeout } from './limits/time-limit.ts'
import { patternKey } from './path-pattern.ts'
import { DEFAULT_LIMITS, type RequestLimits } from './request/limits.ts'
import { type RouteSpec, routeTitle } from './route-spec.ts'
import type { TableRouterOptions } from './router-options.ts'
import { type DescribedRoute, describedRoutes } from './written/description.ts'

const PREFIX = /^(\/[A-Za-z0-9._~-]+)*$/
const states = new WeakMap<object, RouterState>()

/** Everything a TableRouter holds beside what Hono holds. */
export class RouterState {
  readonly prefix: string
  readonly tags: readonly string[]
  readonly auth: ((c: Context) => unknown) | undefined
  readonly openapi: boolean
  readonly limits: RequestLimits
  readonly cors: CorsOptions | undefined
  readonly concurrency: ConcurrencyLimits | undefined
  readonly timeout: number | undefined
  readonly limitRate: LimitRate | undefined
  readonly jobs: JobPolicy
  readonly router: DeferredRouter
  readonly declared: RouteSpec[] = []
  /** Records that came through `use`: they run before `auth`. */
  readonly middleware = new WeakSet<H>()
  /** Requests whose caller is known and counted. */
  readonly admitted = new WeakSet<Context>()
  /** Scheme, host and path before the prefix; empty for path-absolute URLs. */
  baseUrl: string
  /** False when the router is reached from other machines, whoever the last hop is. */
  local = true
  /** True when `onError` was called: errors are then answered by that handler, and not by the app's. */
  ownsErrors = false
  /** Whether answers carry `Server-Timing`; decided before the first request. */
  serverTiming = false
  /** The last route, which answers 404 and 405 under the prefix. */
  catchAll: RouterRoute | undefined
  readonly #configuredBase: boolean
  #binding: Binding | undefined

  constructor(options: TableRouterOptions) {
    this.prefix = checkPrefix(options.prefix ?? '')
    this.tags = Object.freeze([...(options.tags ?? [])])
    this.auth = options.auth as RouterState['auth']
    this.openapi = options.openapi ?? false
    this.limits = Object.freeze({ ...DEFAULT_LIMITS, ...options.limits })
    this.cors = options.cors && checkCors(options.cors)
    this.concurrency = options.concurrency && checkConcurrency(options.concurrency)
    this.timeout = checkTimeout('TableRouter', options.timeout)
    const rate = checkRateLimit('TableRouter', options.rateLimit)
    this.limitRate = rate && compileRateLimit(rate, this.prefix, this.auth !== undefined)
    this.jobs = checkJobOptions(options.jobs, this.auth !== undefined)
    this.baseUrl = checkBaseUrl(options.baseUrl)
    this.#configuredBase = options.baseUrl !== undefined
    this.router = new DeferredRouter((written) => arrangeRoutes(this, written))
  }

  /** Hand-written routes that are described. */
  get described(): readonly DescribedRoute[] {
    return describedRoutes(this.prefix, this.router.routes)
  }

  declare(spec: RouteSpec): void {
    const title = routeTitle(spec.kind, spec.method, spec.pattern.path)
    if (this.router.sealed) throw new CellarError('ROUTER_SEALED', { route: title })
    const key = patternKey(spec.pattern.path)
    const taken = this.declared.some((other) => other.method === spec.method && patternKey(other.pattern.path) === key)
    if (taken) throw new CellarError('ROUTE_DUPLICATE', { route: title })
    this.declared.push(spec)
  }

  /** @throws ROUTER_SEALED after the first request */
  measure(): void {
    if (this.router.sealed && !this.serverTiming) throw new CellarError('ROUTER_SEALED', { route: 'serverTiming' })
    this.serverTiming = true
  }

  bind(cellar: Cellar): void {
    if (this.#binding) leaveJobs(this.#binding.context.jobs, this)
    this.#binding = createBinding(this.prefix, cellar)
    serveJobs(this.#binding.context.jobs, this)
  }

  /** @throws ROUTER_UNBOUND */
  get binding(): Binding {
    if (this.#binding) return this.#binding
    throw new CellarError('ROUTER_UNBOUND', {}, { retryAfter: 1 })
  }

  get bound(): boolean {
    return this.#binding !== undefined
  }

  /** The address that `serve` listens on or was given, unless the router has one of its own. */
  serveAt(baseUrl: string): void {
    if (!this.#configuredBase) this.baseUrl = baseUrl
  }
}

export function createRouterState(options: TableRouterOptions): RouterState {
  return new RouterState(options)
}

export function keepState(router: object, state: RouterState): void {
  states.set(router, state)
}

/** @throws INVALID_DECLARATION when the value is no TableRouter */
export function stateOf(router: object): RouterState {
  const state = states.get(router)
  if (state) return state
  const reason = 'it is not a TableRouter; note that use, get and basePath return a plain Hono'
  throw new CellarError('INVALID_DECLARATION', { subject: 'a router', reason })
}

export const isTableRouter = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && states.has(value)

function checkPrefix(prefix: unknown): string {
  if (typeof prefix === 'string' && PREFIX.test(prefix)) return prefix
  throw new CellarError('ROUTE_INVALID', {
    route: 'TableRouter',
    option: 'prefix',
    reason: `is ${JSON.stringify(prefix)}`,
    fix: "Write it as '/api', without a slash at the end.",
  })
}

export function checkBaseUrl(value: unknown): string {
  if (value === undefined) return ''
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined
  if (url && /^https?:$/.test(url.protocol) && url.search === '' && url.hash === '') {
    return `${url.origin}${url.pathname.replace(/\/+$/, '')}`
  }
  throw new CellarError('ROUTE_INVALID', {
    route: 'TableRouter',
    option: 'baseUrl',
    reason: `is ${JSON.stringify(value)}`,
    fix: "Write it as 'https://example.org'.",
  })
}
