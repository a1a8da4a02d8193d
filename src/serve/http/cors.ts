import type { Context, MiddlewareHandler, Next } from 'hono'
import { CellarError } from '../../errors/cellar-error.ts'

/** Which pages of other origins may call, and read the answers. None by default. */
export interface CorsOptions {
  /** Origins as `https://app.example`, or `'*'` for every origin (not together with `credentials`). */
  readonly origins: '*' | readonly string[]
  /** Cookies and other credentials of the browser go along. @default false */
  readonly credentials?: boolean
  /** Seconds for which a browser keeps a preflight answer. @default 600 */
  readonly maxAge?: number
  /** Request headers that callers may send beside those that any page may. @default what the preflight asks for */
  readonly headers?: readonly string[]
}

const MAX_AGE = 600
const METHODS = 'access-control-allow-methods'
/** What pages may read beside the body. */
const EXPOSED =
  'ETag, Link, Location, Retry-After, x-request-id, Server-Timing, RateLimit, RateLimit-Policy, Content-Disposition'
const HEADER_NAMES = /^[\w!#$%&'*+.^`|~-]+(?:\s*,\s*[\w!#$%&'*+.^`|~-]+)*$/

/** @throws ROUTE_INVALID */
export function checkCors(cors: CorsOptions): CorsOptions {
  const invalid = (reason: string, fix: string) => {
    throw new CellarError('ROUTE_INVALID', { route: 'TableRouter', option: 'cors', reason, fix })
  }
  const { origins, credentials = false, maxAge = MAX_AGE } = cors
  if (origins === '*') {
    if (credentials) invalid("allows credentials for '*'", 'List the origins that may send them.')
  } else {
    if (!Array.isArray(origins)) invalid('has no list of origins', "Write origins: ['https://app.example'] or '*'.")
    for (const origin of origins) {
      if (typeof origin === 'string' && URL.canParse(origin) && new URL(origin).origin === origin) continue
      invalid(`names ${JSON.stringify(origin)}`, "An origin is scheme, host and port only: 'https://app.example'.")
    }
  }
  if (!Number.isSafeInteger(maxAge) || maxAge < 0) invalid(`has maxAge ${maxAge}`, 'Give whole seconds.')
  return cors
}

/** What a router answers for. */
export interface Coverage {
  covers(c: Context): boolean
  /** Methods of its routes at the path of the request. */
  methodsAt(c: Context): ReadonlySet<string>
}

/** Lets pages of the allowed origins read the answers, and answers their preflights. */
export function corsMiddleware(cors: CorsOptions, coverage: Coverage): MiddlewareHandler {
  return async (c, next) => {
    const origin = allowedOrigin(cors, c.req.header('origin'))
    const isPreflight = c.req.method === 'OPTIONS' && c.req.header('access-control-request-method') !== undefined
    if (isPreflight) await answerPreflight(c, next, { cors, origin, methods: coverage.methodsAt(c) })
    else await next()
    // The settings of a router stand before those of the app around it.
    if (c.get(DECIDED) === true || (isPreflight ? !isAnswered(c) : !coverage.covers(c))) return
    c.set(DECIDED, true)
    if (cors.origins !== '*') c.header('vary', 'Origin', { append: true })
    if (origin === undefined) return
    c.header('access-control-allow-origin', origin)
    if (cors.credentials) c.header('access-control-allow-credentials', 'true')
    if (!isPreflight) c.header('access-control-expose-headers', EXPOSED)
  }
}

const DECIDED = 'cellar:cors'
const isAnswered = (c: Context) => c.res.ok

interface Preflight {
  readonly cors: CorsOptions
  readonly origin: string | undefined
  readonly methods: ReadonlySet<string>
}

/** A route written for OPTIONS answers first; of several routers at one path each adds its methods. */
async function answerPreflight(c: Context, next: Next, { cors, origin, methods }: Preflight): Promise<void> {
  await next()
  const others = c.res.ok ? c.res.headers.get(METHODS) : ''
  if (methods.size === 0 || others === null) return
  const all = [...new Set([...methods, ...others.split(', ').filter(Boolean)])].join(', ')
  const headers = new Headers({ allow: all, vary: 'Access-Control-Request-Headers' })
  if (origin !== undefined) {
    headers.set(METHODS, all)
    headers.set('access-control-max-age', String(cors.maxAge ?? MAX_AGE))
    const asked = c.req.header('access-control-request-headers')
    const allowed = cors.headers?.join(', ') ?? (asked !== undefined && HEADER_NAMES.test(asked) ? asked : '')
    if (allowed !== '') headers.set('access-control-allow-headers', allowed)
  }
  // Hono would carry the headers of the refusal over.
  c.res = undefined
  c.res = new Response(null, { status: 204, headers })
  c.set(DECIDED, undefined)
}

function allowedOrigin({ origins }: CorsOptions, origin: string | undefined): string | undefined {
  if (origin === undefined) return undefined
  if (origins === '*') return '*'
  return origins.includes(origin) ? origin : undefined
}
