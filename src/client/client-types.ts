import type { JobHandle, Route } from '../serve/route-types.ts'
import type { Job } from './job.ts'

type Reply<O> = O extends JobHandle<infer R> ? Job<R> : O
type In<X> = X extends Route<infer I, unknown> ? I : never
type Out<X> = X extends Route<unknown, infer O> ? Reply<O> : never
type Several<M, All = M> = M extends unknown ? ([All] extends [M] ? false : true) : never

export interface CallOptions<M> {
  /** Needed where a path has several methods, or its method is not post. */
  readonly method?: M
  readonly signal?: AbortSignal
  readonly headers?: Readonly<Record<string, string>>
}

/** A path with one method, post, needs no more; otherwise the method is asked for. */
type Rest<E, M> =
  true extends Several<keyof E>
    ? [options: CallOptions<M> & { readonly method: M }]
    : [keyof E] extends ['post']
      ? [options?: CallOptions<M>]
      : [options: CallOptions<M> & { readonly method: M }]

/** Calls the routes of a router. */
export interface Client<in out R> {
  readonly '~routes': R
  /**
   * Sends the input and gives the route's answer: path parameters go into the path, a form is made where there are
   * files, `get` and `delete` use the query string. A background route gives a `Job`.
   *
   * @throws CellarClientError
   */
  call<R, P extends keyof R & string, M extends keyof R[P] & string = keyof R[P] & string>(
    this: Client<R>,
    path: P,
    input: In<R[P][M]>,
    ...options: Rest<R[P], M>
  ): Promise<Out<R[P][M]>>
}

export interface ClientOptions {
  /** The address of the router, its prefix included. */
  readonly baseUrl: string
  /** Sent with every request; a function is asked each time. */
  readonly headers?:
    | Readonly<Record<string, string>>
    | (() => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>)
  /** @default the global `fetch` */
  readonly fetch?: typeof fetch
}
