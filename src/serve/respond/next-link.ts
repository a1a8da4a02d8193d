import type { Context } from 'hono'
import { mountRoot } from '../mount-root.ts'
import type { RouteSpec } from '../route-spec.ts'
import type { RouterState } from '../router-state.ts'
import type { Answer } from './answer.ts'

/** The address of the request with the cursor in it. Where the input is a body, that goes along unchanged. */
export function nextUrl(c: Context, state: RouterState, { pattern }: RouteSpec, next: string): string {
  const path = pattern.segments.map((segment) =>
    'text' in segment ? segment.text : encodeURIComponent(c.req.param(segment.parameter) ?? ''),
  )
  const query = new URLSearchParams(new URL(c.req.url).search)
  query.set('after', next)
  return `${mountRoot(c, state, pattern.path)}/${path.join('/')}?${query}`
}

/** RFC 8288. */
export const nextLink = (url: string): { readonly link: string } => ({ link: `<${url}>; rel="next"` })

export function withNextLink(answer: Answer, url: string): Answer {
  return { ...answer, headers: { ...answer.headers, ...nextLink(url) } }
}
