import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export interface ServerProcess {
  readonly port: number
  readonly pid: number
  close(): Promise<void>
}

/** Starts a program of `bench/` that sends `{ port }` when it listens. Each side of a comparison has a process of its own. */
export async function startServer(program: string, env: Readonly<Record<string, string>>): Promise<ServerProcess> {
  const child: ChildProcess = fork(fileURLToPath(new URL(`../${program}`, import.meta.url)), [], {
    env: { ...process.env, NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  // A bench that fails must not leave its servers behind.
  const cut = () => child.kill('SIGKILL')
  process.once('exit', cut)
  child.once('exit', () => process.off('exit', cut))
  const port = await new Promise<number>((resolve, reject) => {
    child.once('message', (message: { port: number }) => resolve(message.port))
    child.once('exit', (code) => reject(new Error(`${program} ended with ${code}`)))
  })
  return {
    port,
    pid: child.pid as number,
    close: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve())
        child.kill('SIGTERM')
      }),
  }
}
