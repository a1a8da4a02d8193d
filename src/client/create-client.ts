import type { Client, ClientOptions } from './client-types.ts'
import { createJob } from './job.ts'
import { randomKey } from './random-key.ts'
import { buildRequest, buildRowsRequest, type RouteRequest } from './request.ts'
import { createSend } from './send.ts'

interface Options {
  readonly method?: string
  readonly signal?: AbortSignal
  readonly headers?: Readonly<Record<string, string>>
  readonly idempotencyKey?: string
  readonly ifMatch?: string
  readonly onResponse?: (response: Response) => void
  readonly onInvalid?: 'abort' | 'skip'
  readonly onError?: 'abort' | 'store'
}
type Input = Readonly<Record<string, unknown>>

/**
 * A client of a router's routes, typed by the router alone.
 *
 * @example
 * const client = createClient<typeof api>({ baseUrl: 'http://localhost:8000/api' })
 * const { id } = await client.call('/photos', { title: 'A cat', photo: file })
 */
export function createClient<A extends { readonly '~routes': object }>(options: ClientOptions): Client<A['~routes']> {
  const send = createSend(options)

  const run = async (method: string, request: RouteRequest, given: Options): Promise<unknown> => {
    const response = await send(
      request.path,
      {
        method: method.toUpperCase(),
        ...(request.body === undefined ? {} : { body: request.body }),
        // Fetch asks for it where the body is a stream.
        ...(request.once ? ({ duplex: 'half' } as object) : {}),
        ...(given.signal ? { signal: given.signal } : {}),
        headers: {
          ...(request.contentType ? { 'content-type': request.contentType } : {}),
          // Reads ignore it. Writes with the same key are done once, so that they can be sent again.
          ...(method === 'get' ? {} : { 'idempotency-key': given.idempotencyKey ?? randomKey() }),
          ...(given.ifMatch === undefined ? {} : { 'if-match': given.ifMatch }),
          ...given.headers,
        },
      },
      { repeatable: !request.once },
    )
    given.onResponse?.(response)
    if (!(response.headers.get('content-type') ?? '').includes('json')) return response.blob()
    const body: unknown = await response.json()
    return response.status === 202 ? createJob((body as { readonly id: string }).id, send) : body
  }

  const call = async (path: string, input: Input, given: Options = {}): Promise<unknown> => {
    const method = given.method ?? 'post'
    return run(method, await buildRequest(path, method, input), given)
  }

  const callMany = async (path: string, rows: readonly Input[], given: Options = {}): Promise<unknown> => {
    const words = new URLSearchParams()
    if (given.onInvalid) words.set('onInvalid', given.onInvalid)
    if (given.onError) words.set('onError', given.onError)
    const query = words.size === 0 ? '' : `?${words}`
    const request = await buildRowsRequest(path, rows)
    return run(given.method ?? 'post', { ...request, path: request.path + query }, given)
  }

  // The routes exist for the type checker only.
  return { call, callMany } as unknown as Client<A['~routes']>
}
