import type { Env, Handler, MiddlewareHandler } from 'hono'
import type { RouterRoute } from 'hono/types'
import { CellarError } from '../../errors/cellar-error.ts'
import { isStandardSchema, type StandardSchema } from '../../types/standard-schema.ts'
import type { Added, JobHandle } from '../route-types.ts'
import type { TableRouter } from '../table-router.ts'

/** What a hand-written route takes and gives. */
export interface DescribeOptions<I, O, B extends boolean = boolean> {
  /**
   * A Standard Schema of the path parameters and the query string or body together: `photos.schemas.insert.pick('title')`,
   * or one of Zod, Valibot or ArkType. What does not fit is 422; what fits is at `c.var.input`.
   */
  readonly input?: I
  /** Of the successful answer; it is documented, not checked. */
  readonly output?: O
  /** It answers 202 with what `background` gave, and `output` is the result of that job. @default false */
  readonly background?: B
  readonly summary?: string
  readonly description?: string
  /** @default the router's */
  readonly tags?: readonly string[]
}

/** A description as `api.describe` gives it: it stands before the handlers of one route. `In` is what handlers get. */
export interface Described<out In, out Sent, out Out> extends MiddlewareHandler {
  readonly '~route': { readonly given: In; readonly input: Sent; readonly output: Out }
}

type GivenOf<S> = S extends { readonly '~standard': { readonly types?: infer T } }
  ? NonNullable<T> extends { readonly output: infer X }
    ? X
    : unknown
  : {}
type InputOf<S> = S extends { readonly '~standard': { readonly types?: infer T } }
  ? NonNullable<T> extends { readonly input: infer X }
    ? X
    : unknown
  : {}
type SentOf<S> = S extends { readonly '~sent': infer X } ? X : InputOf<S>

type ResultOf<O> = unknown extends O ? unknown : GivenOf<O>

/** The description made of the two schemas. */
export type DescribedBy<I, O, B = false> = Described<
  GivenOf<I>,
  SentOf<I>,
  B extends true ? JobHandle<ResultOf<O>> : ResultOf<O>
>

/** A method of the router for a described route: the router it gives back has the route among its types. */
export type DescribedMethod<M extends string> = <E extends Env, R, const P extends string, In, Sent, Out>(
  this: TableRouter<E, R>,
  path: P,
  route: Described<In, Sent, Out>,
  handler: Handler<E & { Variables: { input: In } }, P>,
  ...more: Handler<E & { Variables: { input: In } }, P>[]
) => TableRouter<E, R & Added<P, M, Sent, Out>>

/** The parts of a description: checked. */
export interface Description {
  readonly input?: StandardSchema
  readonly output?: StandardSchema
  readonly background?: boolean
  readonly summary?: string
  readonly description?: string
  readonly tags?: readonly string[]
}

/** A route of the router that is described. */
export interface DescribedRoute {
  readonly description: Description
  readonly method: string
  /** Below the prefix. */
  readonly path: string
}

const descriptions = new WeakMap<object, Description>()
const OPTIONS = ['input', 'output', 'background', 'summary', 'description', 'tags']

/** @throws ROUTE_INVALID */
export function createDescription(options: DescribeOptions<unknown, unknown>): MiddlewareHandler {
  const given = options as Readonly<Record<string, unknown>>
  for (const name of Object.keys(given)) {
    if (!OPTIONS.includes(name)) throw invalid(name, 'is not an option', `It has ${OPTIONS.join(', ')}.`)
  }
  for (const name of ['input', 'output'] as const) {
    if (given[name] !== undefined && !isStandardSchema(given[name]))
      throw invalid(name, 'is no schema', 'Give photos.schemas.insert or another Standard Schema.')
  }
  if (given.background !== undefined && typeof given.background !== 'boolean')
    throw invalid('background', 'is neither true nor false', 'Leave it out, or give true.')
  for (const name of ['summary', 'description'] as const) {
    if (given[name] !== undefined && typeof given[name] !== 'string')
      throw invalid(name, 'is not a string', 'Give a string.')
  }
  const { tags } = given
  if (tags !== undefined && !(Array.isArray(tags) && tags.every((tag) => typeof tag === 'string')))
    throw invalid('tags', 'is not an array of strings', 'Give the tags as strings.')
  // Where a TableRouter registers the route, what reads the input takes its place.
  const described: MiddlewareHandler = async () => {
    throw invalid(
      'describe',
      'is used outside the routes of a TableRouter',
      'Write api.post(path, api.describe(…), handler).',
    )
  }
  descriptions.set(described, Object.freeze({ ...given }) as Description)
  return described
}

const descriptionOf = (handler: object): Description | undefined => descriptions.get(handler)

/** What stands in for a description keeps it, for the documentation. */
export function keepDescription(handler: object, description: Description): void {
  descriptions.set(handler, description)
}

/**
 * The described ones among the routes of a router.
 *
 * @throws ROUTE_INVALID for one that answers every method
 */
export function describedRoutes(prefix: string, routes: readonly RouterRoute[]): readonly DescribedRoute[] {
  return routes.flatMap((route) => {
    const description = descriptionOf(route.handler)
    if (description === undefined) return []
    const path = belowPrefix(prefix, route.path)
    if (route.method === 'ALL')
      throw invalid('describe', `is used for every method of ${path}`, 'Use get, post, put, patch or delete.')
    return [{ description, method: route.method.toLowerCase(), path }]
  })
}

export const belowPrefix = (prefix: string, path: string): string =>
  prefix !== '' && path.startsWith(prefix) ? path.slice(prefix.length) || '/' : path

const invalid = (option: string, reason: string, fix: string) =>
  new CellarError('ROUTE_INVALID', { route: 'describe', option, reason, fix })
