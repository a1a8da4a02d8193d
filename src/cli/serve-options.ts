import type { LogLevel } from 'cellar/serve'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { parseCount } from './parse-count.ts'

export interface ListenOptions {
  readonly port: number
  readonly host: string
  readonly baseUrl?: string
  readonly logLevel?: LogLevel
  readonly corsOrigin?: readonly string[]
  readonly trustedProxies?: number
  /** Not an option of the command line: `dev` wants it. */
  readonly serverTiming?: boolean
}

const LEVELS: readonly LogLevel[] = ['silent', 'error', 'warn', 'info']

export function addListenOptions(command: Command): Command {
  return command
    .option('--port <n>', 'port to listen on; 0 takes a free one', parsePort, Number(process.env.PORT ?? 8000))
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--base-url <url>', 'public address, needed beyond loopback')
    .option('--cors-origin <origin...>', 'pages that may call from other origins; * for all')
    .option('--trusted-proxies <n>', 'proxies in front, whose x-forwarded-for is believed', parseCount)
    .addOption(
      new Option('--log-level <level>', 'lines of the error output (default: CELLAR_LOG_LEVEL, or "info")').choices(
        LEVELS,
      ),
    )
}

function parsePort(text: string): number {
  const port = Number(text)
  if (Number.isInteger(port) && port >= 0 && port < 65_536) return port
  throw new InvalidArgumentError('It has to be a whole number below 65536.')
}

/** The same options as arguments, for the process that listens. */
export function listenArguments({
  port,
  host,
  baseUrl,
  logLevel,
  corsOrigin,
  trustedProxies,
}: ListenOptions): string[] {
  const given = (name: string, value: string | number | undefined) => (value === undefined ? [] : [name, String(value)])
  return [
    ...given('--port', port),
    ...given('--host', host),
    ...given('--base-url', baseUrl),
    ...given('--log-level', logLevel),
    ...given('--trusted-proxies', trustedProxies),
    ...(corsOrigin ?? []).flatMap((origin) => given('--cors-origin', origin)),
  ]
}
