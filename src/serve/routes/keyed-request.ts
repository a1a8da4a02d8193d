import type { Context } from 'hono'
import { principalOf } from '../authenticate.ts'
import type { Binding } from '../binding.ts'
import { hashInput } from '../idempotency/hash-input.ts'
import { idempotent, type Keep, readKey } from '../idempotency/idempotent.ts'
import type { RouteInput } from '../request/route-input.ts'
import type { Answer } from '../respond/answer.ts'
import { keepRef, type MediaUrl } from '../respond/media-url.ts'
import { compileResultReader } from '../respond/row-writer.ts'
import { type RouteSpec, routeTitle } from '../route-spec.ts'
import type { RouterState } from '../router-state.ts'

/** A request of a route that writes, when it has an `Idempotency-Key`. */
export interface KeyedCall {
  readonly binding: Binding
  readonly input: RouteInput
  /** For the answer; what is kept has cells, whose addresses are made when they are read. */
  readonly mediaUrl: MediaUrl
  run(input: RouteInput, mediaUrl: MediaUrl, keep?: Keep): Promise<Answer>
}

export type RunKeyed = (c: Context, key: string, call: KeyedCall) => Promise<Answer>

/** Reads queries and computations change nothing: they are simply made again. */
export const takesKey = (spec: RouteSpec): boolean =>
  spec.kind !== 'query' && spec.kind !== 'list' && spec.kind !== 'compute'

export const keyOf = (c: Context): string | undefined => readKey(c.req.header('idempotency-key'))

export function compileKeyed(state: RouterState, spec: RouteSpec): RunKeyed {
  const route = routeTitle(spec.kind, spec.method, state.prefix + spec.pattern.path)
  // What a handler makes of a row is kept as it is, addresses included; a file is made of the cell.
  const refs = spec.handler === undefined
  const single = compileResultReader(spec.outputs, false)
  const several = compileResultReader(spec.outputs, true)
  return async (c, key, { binding, input: given, mediaUrl, run }) => {
    const { input, hash } = await hashInput(spec, given)
    const url = refs ? keepRef : mediaUrl
    const read = input.rows === undefined ? single : several
    const scope = { route, principal: principalOf(c) ?? '', key }
    const answer = await idempotent(binding.context, {
      scope,
      request: hash,
      run: (keep) => run(input, url, keep),
      replay: ({ status, result, headers }) => ({
        body: result,
        status,
        headers: { ...headers, 'idempotency-replayed': 'true' },
      }),
    })
    const plain = !refs || spec.returnFile || spec.background || spec.kind === 'delete'
    return plain ? answer : { ...answer, body: read(answer.body, mediaUrl) }
  }
}
