/**
 * Routes over tables and queries, and the server for them.
 *
 * @example
 * import { open } from 'cellar'
 * import { serve, TableRouter } from 'cellar/serve'
 *
 * const api = new TableRouter({ prefix: '/api' }).addInsertRoute(photos, { path: '/photos' })
 * await serve(api, { cellar: await open(), port: 8000 })
 *
 * @module
 */
export { type AppOptions, createApp } from '../serve/create-app.ts'
export type { ConnectionLimits } from '../serve/http/connection-limits.ts'
export type { CorsOptions } from '../serve/http/cors.ts'
export type { JobOptions, WebhookOptions } from '../serve/jobs/job-options.ts'
export type { ConcurrencyLimits } from '../serve/limits/concurrency.ts'
export type { RateLimit } from '../serve/limits/rate-limit.ts'
export type { LogLevel } from '../serve/log.ts'
export type { ImagePreset, MediaOptions } from '../serve/media/media-options.ts'
export type { RequestLimits } from '../serve/request/limits.ts'
export type {
  DeleteRouteOptions,
  HandlerContext,
  InsertRouteOptions,
  QueryRouteOptions,
  RouteOptions,
  UpdateRouteOptions,
} from '../serve/route-options.ts'
export type { BatchReply, JobHandle, Method, OnError, Route, RoutesOf, RowError } from '../serve/route-types.ts'
export type { TableRouterOptions } from '../serve/router-options.ts'
export { isTableRouter } from '../serve/router-state.ts'
export { type RunningServer, type ServeOptions, serve } from '../serve/serve.ts'
export { type AnyRouter, TableRouter } from '../serve/table-router.ts'
export { type BackgroundWork, background } from '../serve/written/background.ts'
export type { DescribedBy, DescribeOptions } from '../serve/written/description.ts'
export { mediaUrl } from '../serve/written/written-context.ts'
