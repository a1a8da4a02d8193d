/** Where failures go that a caller is told nothing about. One line each, never a body or a header. */
export type LogError = (error: unknown, about: Readonly<Record<string, unknown>>) => void

interface Logger {
  error(fields: object, message: string): void
}

let logger: Promise<Logger> | undefined

/** Writes JSON lines to standard error. */
export const logError: LogError = (error, about) => {
  logger ??= import('pino').then(({ pino }) => pino({ name: 'cellar' }, pino.destination({ dest: 2, sync: true })))
  void logger.then((log) => log.error({ err: error, ...about }, 'A request failed'))
}
