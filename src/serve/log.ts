import { isCellarError } from '../errors/cellar-error.ts'

/** Where failures go that a caller is told nothing about. One line each, never a body or a header. */
export type LogError = (error: unknown, about: Readonly<Record<string, unknown>>) => void

export const LOG_LEVELS = ['silent', 'error', 'warn', 'info'] as const
/** `info` has a line for each request, `warn` and `error` only what went wrong. */
export type LogLevel = (typeof LOG_LEVELS)[number]

const isLogLevel = (value: unknown): value is LogLevel => LOG_LEVELS.includes(value as LogLevel)

interface Logger {
  error(fields: object, message: string): void
  warn(fields: object, message: string): void
}

const MESSAGE = 'A request failed'
/** Lines of requests are written together: so many bytes, or what there is after so many milliseconds. */
const BUFFER_BYTES = 64 * 1024
const FLUSH_MILLISECONDS = 500

let level: LogLevel | undefined
let logger: Promise<Logger> | undefined

const currentLevel = (): LogLevel => {
  if (level !== undefined) return level
  const { CELLAR_LOG_LEVEL: given } = process.env
  return isLogLevel(given) ? given : 'info'
}

/** For the whole process. @default CELLAR_LOG_LEVEL, else 'info' */
export function setLogLevel(next: LogLevel): void {
  level = next
  logger = undefined
}

/**
 * Writes JSON lines to standard error. What passes by itself, such as a database that is away, is a warning without a
 * stack: it comes once per request.
 */
export const logError: LogError = (error, about) => {
  logger ??= import('pino').then(({ pino }) =>
    pino({ name: 'cellar', level: currentLevel() }, pino.destination({ dest: 2, sync: true })),
  )
  void logger.then((log) => {
    if (isCellarError(error) && error.retryable) log.warn({ ...about, reason: error.message }, MESSAGE)
    else log.error({ err: error, ...about }, MESSAGE)
  })
}

/** One answered request. Never a body, a header or a value of the query string. */
export interface RequestLine {
  readonly id: string
  readonly method: string
  /** The pattern of the route; the path where no route answered. */
  readonly route: string
  readonly status: number
  readonly ms: number
  readonly bytes: number
  readonly user?: string
  /** The client went away before it had the answer. */
  readonly aborted?: true
}

export interface RequestLog {
  write(line: RequestLine): void
  /** Writes what is buffered. */
  flush(): void
}

/**
 * Undefined where the level leaves requests out. A line is put together by hand, in pino's form: at many thousands a
 * second its serialiser would cost more than all else that the server does for every request.
 */
export async function openRequestLog(): Promise<RequestLog | undefined> {
  if (currentLevel() !== 'info') return undefined
  const { pino } = await import('pino')
  const destination = pino.destination({ dest: 2, sync: false, maxWrite: 2 * BUFFER_BYTES })
  let text = ''
  let timer: NodeJS.Timeout | undefined
  const pass = () => {
    clearTimeout(timer)
    timer = undefined
    if (text !== '') destination.write(text)
    text = ''
  }
  return {
    write(line) {
      text += textOf(line)
      if (text.length >= BUFFER_BYTES) pass()
      else timer ??= setTimeout(pass, FLUSH_MILLISECONDS).unref()
    },
    flush() {
      pass()
      try {
        destination.flushSync()
      } catch {
        // Nobody reads it any more.
      }
    },
  }
}

const INFO = 30

/** Ids and methods are made of characters that JSON takes as they are. */
function textOf({ id, method, route, status, ms, bytes, user, aborted }: RequestLine): string {
  const more = `${user === undefined ? '' : `,"user":${JSON.stringify(user)}`}${aborted ? ',"aborted":true' : ''}`
  return `{"level":${INFO},"time":${Date.now()},"name":"cellar","id":"${id}","method":"${method}","route":${JSON.stringify(route)},"status":${status},"ms":${ms},"bytes":${bytes}${more}}\n`
}
