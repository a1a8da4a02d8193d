import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { Hono } from 'hono'
import { CellarError } from '../errors/cellar-error.ts'
import type { JobQueue } from '../jobs/job-queue.ts'
import { type AppOptions, type AppParts, createApp, isApp, partsOf } from './create-app.ts'
import { checkExposure, isLoopbackHost } from './exposure.ts'
import { type Housekeeping, startHousekeeping } from './housekeeping.ts'
import type { ConnectionLimits } from './http/connection-limits.ts'
import { createHttpServer, type HttpServer, type NodeServer } from './http/http-server.ts'
import { type LogLevel, logError, setLogLevel } from './log.ts'
import { checkBaseUrl } from './router-state.ts'
import type { AnyRouter } from './table-router.ts'

export interface ServeOptions extends AppOptions {
  /** 0 takes a free one. @default 8000 */
  readonly port?: number
  /** @default '127.0.0.1' */
  readonly host?: string
  /** The public address; needed beyond loopback. @default `http://<host>:<port>` on loopback */
  readonly baseUrl?: string
  /** What connections are allowed. */
  readonly connections?: Partial<ConnectionLimits>
  /** Proxies in front of this server: so many of the last entries of `x-forwarded-for` are believed. @default 0 */
  readonly trustedProxies?: number
  /** Compresses answers of text from 1 KiB on as the caller allows. Turn it off where a proxy does it. @default true */
  readonly compression?: boolean
  /** What the process writes to standard error, as JSON lines. @default CELLAR_LOG_LEVEL, else 'info' */
  readonly logLevel?: LogLevel
  /** Ends the server. */
  readonly signal?: AbortSignal
}

export interface RunningServer {
  /** Where it listens. */
  readonly url: string
  readonly host: string
  readonly port: number
  /**
   * Stops accepting, waits for requests under way and gives running jobs back. What is not done after `graceMs` is cut
   * off. The database stays open. @default graceMs 10_000
   */
  close(options?: { readonly graceMs?: number }): Promise<void>
}

const GRACE_MILLISECONDS = 10_000
const JOBS_RETRY_MILLISECONDS = 1_000
const IDLE_SWEEP_MILLISECONDS = 50

/**
 * Listens with an app of `createApp`, or with routers, for which it makes one.
 *
 * @throws SERVE_NOT_PUBLIC beyond loopback when a write route is open to everybody
 * @throws SERVE_BASE_URL_MISSING beyond loopback without a public address
 * @throws SERVE_ADDRESS_IN_USE
 */
export async function serve(
  target: Hono | AnyRouter | readonly AnyRouter[],
  options: ServeOptions = {},
): Promise<RunningServer> {
  const app = isApp(target) ? target : createApp(target as AnyRouter | readonly AnyRouter[], options)
  const parts = partsOf(app)
  const { host = '127.0.0.1', port = 8000 } = options
  if (options.cellar && isApp(target)) for (const state of parts.routers) state.bind(options.cellar)
  checkExposure(host, options.baseUrl, parts.routers)
  if (options.logLevel !== undefined) setLogLevel(options.logLevel)
  const http = await createHttpServer(app, { ...options, host })
  const { server } = http
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${await listen(server, host, port)}`
  const baseUrl = options.baseUrl === undefined ? (isLoopbackHost(host) ? url : '') : checkBaseUrl(options.baseUrl)
  const local = isLoopbackHost(host) && isLoopbackHost(new URL(baseUrl || url).hostname)
  http.answerAt(baseUrl)
  for (const state of parts.routers) {
    state.serveAt(baseUrl)
    state.local = local
  }
  const jobs = startJobs(parts)
  const housekeeping = startHousekeeping(() => contextsOf(parts))
  const close = closer(http, parts, { jobs, housekeeping })
  options.signal?.addEventListener('abort', () => void close(), { once: true })
  return { url, host, port: (server.address() as AddressInfo).port, close }
}

function listen(server: NodeServer, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE'
      reject(taken ? new CellarError('SERVE_ADDRESS_IN_USE', { host, port }, { cause: error }) : error)
    })
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port))
  })
}

const contextsOf = (parts: AppParts) =>
  new Set(parts.routers.filter((state) => state.bound).map((state) => state.binding.context))
const queuesOf = (parts: AppParts) => new Set([...contextsOf(parts)].map(({ jobs }) => jobs))

/** Nobody waits for it: requests are answered meanwhile. It is tried until it succeeds, since the database may be away. */
async function startJobs(parts: AppParts): Promise<void> {
  for (const queue of queuesOf(parts)) {
    while (!parts.ending && !(await startQueue(queue))) await delay(JOBS_RETRY_MILLISECONDS, undefined, { ref: false })
  }
}

async function startQueue(queue: JobQueue): Promise<boolean> {
  try {
    await queue.start()
    return true
  } catch (error) {
    logError(error, { doing: 'starting jobs; it is tried again' })
    return false
  }
}

function closer(http: HttpServer, parts: AppParts, work: BackgroundWork): RunningServer['close'] {
  let closing: Promise<void> | undefined
  return (options = {}) => {
    closing ??= end(http, parts, { ...work, graceMs: options.graceMs ?? GRACE_MILLISECONDS })
    return closing
  }
}

interface BackgroundWork {
  /** The start of the jobs, which may be under way. */
  readonly jobs: Promise<void>
  readonly housekeeping: Housekeeping
}

interface EndOptions extends BackgroundWork {
  readonly graceMs: number
}

async function end(
  { server, end: endHttp }: HttpServer,
  parts: AppParts,
  { jobs, housekeeping, graceMs }: EndOptions,
): Promise<void> {
  parts.ending = true
  const kept = housekeeping.stop()
  const ended = new Promise<void>((resolve) => server.close(() => resolve()))
  // A connection that is kept alive becomes idle when its request is done, and nobody else would close it.
  const sweep = setInterval(() => server.closeIdleConnections(), IDLE_SWEEP_MILLISECONDS)
  const cut = setTimeout(() => server.closeAllConnections(), graceMs)
  server.closeIdleConnections()
  await Promise.race([Promise.all([jobs, kept]), delay(graceMs, undefined, { ref: false })])
  await Promise.all([ended, ...[...queuesOf(parts)].map((queue) => queue.stop({ graceMs }))])
  clearInterval(sweep)
  clearTimeout(cut)
  endHttp()
}
