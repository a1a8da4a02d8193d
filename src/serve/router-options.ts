import type { Context, Env } from 'hono'
import type { CorsOptions } from './http/cors.ts'
import type { JobOptions } from './jobs/job-options.ts'
import type { ConcurrencyLimits } from './limits/concurrency.ts'
import type { RateLimit } from './limits/rate-limit.ts'
import type { MediaOptions } from './media/media-options.ts'
import type { RequestLimits } from './request/limits.ts'

export interface TableRouterOptions<E extends Env = Env> {
  /** Stands before every path of the router, hand-written ones included; starts with `/` or is empty. @default '' */
  readonly prefix?: string
  /** Tags of the operations in the OpenAPI document. */
  readonly tags?: readonly string[]
  /**
   * Says who calls. Without a user the answer is 401; the user is at `c.get('user')`. Routes with `public: true` go on
   * without one. Media of the router are then served by signed URL.
   */
  readonly auth?: (c: Context<E>) => unknown
  /** Offers `/openapi.json` and `/docs` under the prefix, for a router mounted by hand. @default false */
  readonly openapi?: boolean
  /** The public address, for media and job URLs: scheme, host and perhaps a path. Never taken from a request. */
  readonly baseUrl?: string
  /** Bounds on what a request may send. */
  readonly limits?: Partial<RequestLimits>
  /** Pages of other origins that may call it. @default none */
  readonly cors?: CorsOptions
  /** Requests and uploads that are worked on at a time; beyond it is 503 with `Retry-After`. @default no limit */
  readonly concurrency?: ConcurrencyLimits
  /** Milliseconds until a declared route answers 503 and what it does is cancelled. @default no limit */
  readonly timeout?: number
  /** How often a caller may call declared and hand-written routes, all together; beyond it is 429. @default no limit */
  readonly rateLimit?: RateLimit<E>
  /** How jobs of background routes are kept, bounded and told. */
  readonly jobs?: JobOptions
  /** Sizes and formats in which images can be had. */
  readonly media?: MediaOptions
}
