import type { Context, Env } from 'hono'
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
}
