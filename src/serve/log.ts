import { isCellarError } from '../errors/cellar-error.ts'

/** Where failures go that a caller is told nothing about. One line each, never a body or a header. */
export type LogError = (error: unknown, about: Readonly<Record<string, unknown>>) => void

interface Logger {
  error(fields: object, message: string): void
  warn(fields: object, message: string): void
}

const MESSAGE = 'A request failed'

let logger: Promise<Logger> | undefined

/**
 * Writes JSON lines to standard error. What passes by itself, such as a database that is away, is a warning without a
 * stack: it comes once per request.
 */
export const logError: LogError = (error, about) => {
  logger ??= import('pino').then(({ pino }) => pino({ name: 'cellar' }, pino.destination({ dest: 2, sync: true })))
  void logger.then((log) => {
    if (isCellarError(error) && error.retryable) log.warn({ ...about, reason: error.message }, MESSAGE)
    else log.error({ err: error, ...about }, MESSAGE)
  })
}
