import type { Env } from 'hono'
import { Hono } from 'hono'
import type { BlankEnv } from 'hono/types'
import type { Cellar } from '../cellar/cellar.ts'
import { tablesOf } from '../query/spec-parts.ts'
import { REFERS_TO } from '../schema/declarations.ts'
import { notFoundError } from './arrange-routes.ts'
import { problemResponse } from './respond/problem.ts'
import type { TableRouterOptions } from './router-options.ts'
import { createRouterState, keepState, stateOf } from './router-state.ts'
import {
  createDescription,
  type DescribedBy,
  type DescribedMethod,
  type DescribeOptions,
} from './written/description.ts'

/** What a router is beside the routes that it declares: a Hono app that registers late, and its tie to a database. */
export class RouterBase<in out E extends Env = BlankEnv> extends Hono<E> {
  declare get: DescribedMethod<'get'> & Hono<E>['get']
  declare post: DescribedMethod<'post'> & Hono<E>['post']
  declare put: DescribedMethod<'put'> & Hono<E>['put']
  declare patch: DescribedMethod<'patch'> & Hono<E>['patch']
  declare delete: DescribedMethod<'delete'> & Hono<E>['delete']

  constructor(options: TableRouterOptions<E> = {}) {
    const state = createRouterState(options as unknown as TableRouterOptions)
    // The base path is an option of Hono's constructor in all but its types.
    super({ router: state.router, _basePath: state.prefix === '' ? '/' : state.prefix } as never)
    keepState(this, state)
    Object.defineProperty(this, 'routes', { get: () => state.router.readRoutes() })
    const { use, basePath } = this
    this.basePath = ((path: string) => state.router.share(() => basePath.call(this, path))) as typeof basePath
    this.use = ((...given: Parameters<typeof use>) => {
      for (const handler of given) if (typeof handler === 'function') state.middleware.add(handler)
      return use(...given)
    }) as typeof use
    const { onError } = this
    onError((error, c) => problemResponse(error, c))
    this.onError = (handler) => {
      state.ownsErrors = true
      return onError(handler)
    }
    this.notFound((c) => problemResponse(notFoundError(c, this.routes), c))
  }

  /**
   * Describes a hand-written route: its input is checked and at `c.var.input`, and the route is in the OpenAPI document.
   * The router that the method gives back has it among its types, for `createClient`.
   *
   * @example
   * export const rating = api.post('/photos/rate', api.describe({ input: photos.schemas.update.pick('id', 'stars') }),
   *   async (c) => c.json(await rate(c.var.input)))
   *
   * @throws ROUTE_INVALID
   */
  describe<I = {}, O = unknown, B extends boolean = false>(options: DescribeOptions<I, O, B>): DescribedBy<I, O, B> {
    return createDescription(options) as unknown as DescribedBy<I, O, B>
  }

  /** Finds the tables of a router that is applied or exported. */
  [REFERS_TO](): Iterable<unknown> {
    return stateOf(this).declared.flatMap((spec) =>
      spec.kind === 'query' ? tablesOf(spec.definition.query) : [spec.table],
    )
  }

  /** Ties the router to an open database; the last call wins. Unbound routes answer 503 ROUTER_UNBOUND. */
  bind(cellar: Cellar): this {
    stateOf(this).bind(cellar)
    return this
  }
}
