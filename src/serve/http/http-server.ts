import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { Hono } from 'hono'
import { userId } from '../authenticate.ts'
import { openRequestLog, type RequestLog } from '../log.ts'
import { bareProblem } from '../respond/problem.ts'
import { type ConnectionLimits, connectionLimits, nodeOptions } from './connection-limits.ts'
import { Exchange, type ExchangeSettings } from './exchange.ts'
import { standingHeaders } from './standing-headers.ts'
import { answerUnread } from './unread-request.ts'
import { watchExchanges } from './watch-exchanges.ts'

export interface HttpServerOptions {
  readonly host: string
  readonly connections?: Partial<ConnectionLimits>
  readonly trustedProxies?: number
  readonly compression?: boolean
}

export type NodeServer = Server<typeof IncomingMessage, typeof Exchange>

export interface HttpServer {
  readonly server: NodeServer
  /** The public address, which decides over some headers; known when it listens. */
  answerAt(baseUrl: string): void
  /** Writes what is left of the log. */
  end(): void
}

/** Node's server around an app: what is the same for every request, whatever answers it. */
export async function createHttpServer(app: Hono, options: HttpServerOptions): Promise<HttpServer> {
  const [{ getRequestListener }, log] = await Promise.all([import('@hono/node-server'), openRequestLog()])
  const { host, trustedProxies = 0, compression = true } = options
  const limits = connectionLimits(options.connections)
  let settings: ExchangeSettings = {
    headers: standingHeaders(''),
    log: log && ((exchange) => log.write(lineOf(exchange))),
    open: new Set(),
    trustedProxies,
    compression,
  }
  const listener = getRequestListener(app.fetch, { hostname: host, errorHandler: bareProblem })
  const server = createServer({ ServerResponse: Exchange, ...nodeOptions(limits) }, (incoming, outgoing) => {
    outgoing.begin(settings)
    void listener(incoming, outgoing)
  })
  server.on('clientError', (error, socket) => answerUnread(error, socket, settings.open))
  server.maxConnections = limits.maximum
  const watch = watchExchanges(settings.open, limits)
  return {
    server,
    answerAt(baseUrl) {
      settings = { ...settings, headers: standingHeaders(baseUrl) }
    },
    end() {
      watch.stop()
      log?.flush()
    },
  }
}

type RequestLine = Parameters<RequestLog['write']>[0]

function lineOf(exchange: Exchange): RequestLine {
  const { req, requestId, route, statusCode, elapsed, user } = exchange
  const known = user === undefined ? undefined : userId(user)
  return {
    id: requestId,
    method: req.method ?? '',
    route: route ?? pathOf(req.url ?? ''),
    status: statusCode,
    ms: Math.round(elapsed * 10) / 10,
    bytes: exchange.takeSent(),
    ...(known === undefined ? undefined : { user: known }),
    ...(exchange.writableFinished ? undefined : { aborted: true }),
  }
}

const PATH_LENGTH = 200
const pathOf = (url: string): string => url.split('?', 1)[0]?.slice(0, PATH_LENGTH) ?? ''
