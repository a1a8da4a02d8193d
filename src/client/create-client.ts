import { errorOfResponse, networkError } from './client-error.ts'
import type { Client, ClientOptions } from './client-types.ts'
import { createJob, type ReadJob } from './job.ts'
import { buildRequest } from './request.ts'

interface Options {
  readonly method?: string
  readonly signal?: AbortSignal
  readonly headers?: Readonly<Record<string, string>>
}

/**
 * A client of a router's routes, typed by the router alone.
 *
 * @example
 * const client = createClient<typeof api>({ baseUrl: 'http://localhost:8000/api' })
 * const { id } = await client.call('/photos', { title: 'A cat', photo: file })
 */
export function createClient<A extends { readonly '~routes': object }>(options: ClientOptions): Client<A['~routes']> {
  const base = options.baseUrl.replace(/\/+$/, '')

  const send = async (path: string, init: RequestInit): Promise<Response> => {
    const given = typeof options.headers === 'function' ? await options.headers() : options.headers
    const headers = { accept: 'application/json, */*', ...given, ...(init.headers as Record<string, string>) }
    // Looked up late and called bare: browsers refuse a fetch that is called as a method of something else.
    const doFetch = options.fetch ?? fetch
    const response = await doFetch(base + path, { ...init, headers }).catch((error: unknown) => {
      if (init.signal?.aborted) throw error
      throw networkError(error)
    })
    if (!response.ok) throw await errorOfResponse(response)
    return response
  }

  const readJob: ReadJob = async (id, wait, signal) => {
    const response = await send(`/jobs/${id}?wait=${wait}`, signal ? { signal } : {})
    return response.json()
  }

  const call = async (
    path: string,
    input: Readonly<Record<string, unknown>>,
    given: Options = {},
  ): Promise<unknown> => {
    const method = given.method ?? 'post'
    const request = await buildRequest(path, method, input)
    const response = await send(request.path, {
      method: method.toUpperCase(),
      ...(request.body === undefined ? {} : { body: request.body }),
      ...(given.signal ? { signal: given.signal } : {}),
      headers: { ...(request.contentType ? { 'content-type': request.contentType } : {}), ...given.headers },
    })
    if (!(response.headers.get('content-type') ?? '').includes('json')) return response.blob()
    const body: unknown = await response.json()
    return response.status === 202 ? createJob((body as { readonly id: string }).id, readJob) : body
  }

  // The routes exist for the type checker only.
  return { call } as unknown as Client<A['~routes']>
}
