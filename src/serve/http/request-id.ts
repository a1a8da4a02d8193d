import { randomUUID } from 'node:crypto'

const WELL_FORMED = /^[\w.:-]{1,64}$/
const TRACE = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/

/**
 * What a request is called in answers and logs: the caller's `x-request-id` if it is 1–64 of `A-Za-z0-9_.:-`, else the
 * trace of its `traceparent`, else a new UUID.
 */
export function requestIdFrom(given: string | undefined, traceparent: string | undefined): string {
  if (given !== undefined && WELL_FORMED.test(given)) return given
  return (traceparent === undefined ? undefined : TRACE.exec(traceparent)?.[1]) ?? randomUUID()
}
