import type { ServerResponse } from 'node:http'
import type { Context } from 'hono'

/** Ends an answer that has begun, so that the client sees that it is not whole. False where there is no connection. */
export function cutConnection(c: Context): boolean {
  const { outgoing } = (c.env ?? {}) as { readonly outgoing?: ServerResponse }
  outgoing?.destroy()
  return outgoing !== undefined
}
