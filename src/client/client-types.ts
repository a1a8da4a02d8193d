import type { JobHandle, Route } from '../serve/route-types.ts'
import type { Job } from './job.ts'

type Reply<O> = O extends JobHandle<infer R> ? Job<R> : O
type In<X> = X extends Route<infer I, unknown, unknown> ? I : never
type Out<X> = X extends Route<unknown, infer O, unknown> ? Reply<O> : never
type OutOfMany<X> = X extends Route<unknown, unknown, infer O> ? Reply<O> : never
type Several<M, All = M> = M extends unknown ? ([All] extends [M] ? false : true) : never

export interface CallOptions<M> {
  /** Needed where a path has several methods, or its method is not post. */
  readonly method?: M
  readonly signal?: AbortSignal
  readonly headers?: Readonly<Record<string, string>>
  /** Writes with the same key are done once; left out, each call has its own. */
  readonly idempotencyKey?: string
  /** The `ETag` that the row is to have; it is not changed when it has another (412). */
  readonly ifMatch?: string
  /** Called with the successful answer before its body is read: for `ETag` and other headers. */
  readonly onResponse?: (response: Pick<Response, 'status' | 'headers'>) => void
}

export interface ManyOptions<M> extends Omit<CallOptions<M>, 'ifMatch'> {
  /** What an invalid row does: fail the call, or be listed while the others are written. @default 'abort' */
  readonly onInvalid?: 'abort' | 'skip'
  /** What a failing cell does, where the route leaves it to the caller. */
  readonly onError?: 'abort' | 'store'
}

/** A path with one method, post, needs no more; otherwise the method is asked for. */
type Rest<E, M, O> =
  true extends Several<keyof E>
    ? [options: O & { readonly method: M }]
    : [keyof E] extends ['post']
      ? [options?: O]
      : [options: O & { readonly method: M }]

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
    ...options: Rest<R[P], M, CallOptions<M>>
  ): Promise<Out<R[P][M]>>

  /**
   * Sends several rows in one request, all or nothing unless `onInvalid` says otherwise.
   *
   * @throws CellarClientError
   */
  callMany<R, P extends keyof R & string, M extends keyof R[P] & string = keyof R[P] & string>(
    this: Client<R>,
    path: P,
    rows: readonly In<R[P][M]>[],
    ...options: Rest<R[P], M, ManyOptions<M>>
  ): Promise<OutOfMany<R[P][M]>>
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
  /** How often a call is sent again that got no answer, or one that says to try later. @default 2 */
  readonly retries?: number
}
