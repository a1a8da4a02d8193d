import type { Handler } from '../route-spec.ts'
import type { AnyCall } from './operation.ts'

/** Runs the route's handler over a result; what it does not return stays as it was. */
export async function shapeResult(handler: Handler, result: unknown, call: AnyCall): Promise<unknown> {
  if (call.http === undefined) return result
  const shaped = await handler(result, { http: call.http, cellar: call.binding.cellar })
  return shaped === undefined ? result : shaped
}
