import type { Context } from 'hono'
import type { H } from 'hono/types'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { authenticate, principalOf } from '../authenticate.ts'
import type { Binding } from '../binding.ts'
import { signalOf } from '../http/exchange.ts'
import { stage } from '../http/server-timing.ts'
import { withJobPlace } from '../jobs/admit-job.ts'
import { enqueueRoute } from '../jobs/route-jobs.ts'
import { compileRateLimit, rateHeadersOf } from '../limits/rate-limit.ts'
import { withinTime } from '../limits/time-limit.ts'
import { mountRoot } from '../mount-root.ts'
import { compileInput } from '../request/compile-input.ts'
import type { Answer } from '../respond/answer.ts'
import { BatchBody, streamBatch } from '../respond/batch-body.ts'
import { isKnown, revalidates } from '../respond/etag.ts'
import { fileResponse } from '../respond/file-response.ts'
import { keepRef, type MediaUrl, mediaUrls } from '../respond/media-url.ts'
import { nextUrl, withNextLink } from '../respond/next-link.ts'
import { problemResponse } from '../respond/problem.ts'
import { BodyText } from '../respond/raw-writer.ts'
import { withHeaders } from '../respond/with-headers.ts'
import { type RouteSpec, routeTitle } from '../route-spec.ts'
import type { RouterState } from '../router-state.ts'
import { isCancellable } from './cancellable.ts'
import { compileIfMatch } from './if-match.ts'
import { compileKeyed, type KeyedCall, keyOf, takesKey } from './keyed-request.ts'
import { type AnyCall, compileOperations } from './operation.ts'
import { setValues } from './set-values.ts'

const JSON_HEADERS = { 'content-type': 'application/json' }

/** A route as a Hono handler. What a request does not change is worked out here, once. */
export function compileRoute(state: RouterState, spec: RouteSpec): H {
  const readInput = stage(state.serverTiming, 'input', compileInput(spec, state.limits))
  const identify = stage(state.serverTiming, 'auth', authenticate)
  const operate = compileOperations(spec)
  const sets = Object.keys(spec.set).length > 0
  const limitRate = spec.rateLimit
    ? compileRateLimit(
        spec.rateLimit,
        routeTitle(spec.kind, spec.method, state.prefix + spec.pattern.path),
        !!state.auth,
      )
    : state.limitRate
  const milliseconds = spec.timeout ?? state.timeout
  const cancels = isCancellable(spec)
  const ifMatch = compileIfMatch(spec)
  const keyed = takesKey(spec) ? compileKeyed(state, spec) : undefined
  const hasMedia = spec.outputs.some((field) => field.type.media)
  /** Signed addresses run out before the row changes. */
  const mayBeKnown = revalidates(state, spec)
  /** User code sees the context before the answer is made. */
  const asks = spec.handler !== undefined || state.auth !== undefined || sets

  const readSent = (c: Context, binding: Binding) => readInput(c, () => binding.context.media)
  const readAll = sets
    ? async (c: Context, binding: Binding) => setValues(c, await readSent(c, binding), spec)
    : readSent
  /** Does what is asked, once for all requests with its key. */
  const once = (c: Context, call: KeyedCall): Promise<Answer> => {
    const key = keyed === undefined ? undefined : keyOf(c)
    return keyed && key !== undefined ? keyed(c, key, call) : call.run(call.input, call.mediaUrl)
  }
  const hasKey = (c: Context) => keyed !== undefined && keyOf(c) !== undefined
  const later = async (c: Context, binding: Binding): Promise<Response> => {
    const input = await readAll(c, binding)
    ifMatch?.(c, input)
    const run: KeyedCall['run'] = async (asked, _, keep) => {
      const enqueue = () => enqueueRoute(c, { state, spec, binding, input: asked, keep })
      return { body: await (hasKey(c) ? withJobPlace(c, state, enqueue) : enqueue()), status: 202 }
    }
    return accepted(c, state, spec, await once(c, { binding, input, mediaUrl: keepRef, run }))
  }
  const now = async (c: Context, binding: Binding, limit: AbortSignal | undefined): Promise<Response> => {
    const input = await readAll(c, binding)
    const mediaUrl = hasMedia && !spec.returnFile ? await urlsFor(c, state, spec, binding) : keepRef
    const actor = state.auth ? principalOf(c) : undefined
    const signal = limit ?? (cancels ? signalOf(c) : undefined)
    const { choices } = input
    const call: AnyCall = { binding, mediaUrl, choices, actor, signal, accept: ifMatch?.(c, input), http: c }
    const run: KeyedCall['run'] = (asked, url, keep) =>
      operate({ ...call, mediaUrl: url, choices: asked.choices, ...(keep && { finish: keep }) }, asked)
    const result = await (hasKey(c) ? once(c, { binding, input, mediaUrl, run }) : operate(call, input))
    if (spec.returnFile) return sendFile(c, spec, binding, result.body)
    const etag = mayBeKnown ? result.headers?.etag : undefined
    if (etag !== undefined && isKnown(c.req.header('if-none-match'), etag)) return c.body(null, 304, { etag })
    return respond(c, result.next ? withNextLink(result, nextUrl(c, state, spec, result.next)) : result, asks)
  }
  const answer = async (c: Context, limit?: AbortSignal): Promise<Response> => {
    const { binding } = state
    if (state.auth) await identify(state, c, spec.public)
    if (limitRate) await limitRate(c, binding)
    if (!spec.background) return now(c, binding, limit)
    // A request with a key may be one that was answered before, and needs no place then.
    return hasKey(c) ? later(c, binding) : withJobPlace(c, state, () => later(c, binding))
  }
  const run =
    milliseconds === undefined
      ? answer
      : (c: Context) => withinTime(c, { milliseconds, gone: signalOf(c) }, (signal) => answer(c, signal))
  const handle = async (c: Context) => {
    try {
      return await run(c)
    } catch (error) {
      return problemResponse(error, c)
    }
  }
  return limitRate ? async (c: Context) => withHeaders(await handle(c), rateHeadersOf(c)) : handle
}

/**
 * Headers and a status that somebody set on the context go along. Where nobody had the chance, the answer is made
 * without building them.
 */
function respond(c: Context, { body, status, headers }: Answer, asks: boolean): Response {
  const text = textOf(body)
  const all = headers === undefined ? JSON_HEADERS : { ...JSON_HEADERS, ...headers }
  if (asks || c.req.routeIndex > 0) return c.body(text, status as ContentfulStatusCode | undefined, all)
  return new Response(text, status === undefined ? { headers: all } : { status, headers: all })
}

function textOf(body: unknown): string | ReadableStream<Uint8Array> {
  if (body instanceof BodyText) return body.text
  if (body instanceof ReadableStream) return body
  return body instanceof BatchBody && body.large ? streamBatch(body) : JSON.stringify(body)
}

/** Where the job can be watched. */
function accepted(c: Context, state: RouterState, spec: RouteSpec, { body, headers }: Answer): Response {
  const { id } = body as { readonly id: string }
  const url = `${mountRoot(c, state, spec.pattern.path)}/jobs/${id}`
  return c.json({ id, job_url: url }, 202, { ...headers, location: url })
}

function sendFile(c: Context, spec: RouteSpec, binding: Binding, body: unknown): Promise<Response> {
  const field = spec.outputs.find(({ type }) => type.media)
  const cell = (body as Readonly<Record<string, unknown>>)[field?.name ?? '']
  return fileResponse(binding.context.media, cell, c.req.method === 'HEAD')
}

async function urlsFor(c: Context, state: RouterState, spec: RouteSpec, binding: Binding): Promise<MediaUrl> {
  const signer = state.auth === undefined ? undefined : await binding.signer()
  return mediaUrls(mountRoot(c, state, spec.pattern.path), signer)
}
