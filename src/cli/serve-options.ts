import { type Command, InvalidArgumentError } from 'commander'

export interface ListenOptions {
  readonly port: number
  readonly host: string
  readonly baseUrl?: string
}

export function addListenOptions(command: Command): Command {
  return command
    .option('--port <n>', 'port to listen on; 0 takes a free one', parsePort, Number(process.env.PORT ?? 8000))
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--base-url <url>', 'public address, needed beyond loopback')
}

function parsePort(text: string): number {
  const port = Number(text)
  if (Number.isInteger(port) && port >= 0 && port < 65_536) return port
  throw new InvalidArgumentError('It has to be a whole number below 65536.')
}
