import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** A program in a process of its own; it is killed when it is disposed. */
export interface Program extends AsyncDisposable {
  readonly pid: number
  /** The next line that it prints. Fails, with everything it printed, when it ends before. */
  line(): Promise<string>
  /** What it printed, errors included. */
  output(): string
  /** Kills it and waits until it is gone. */
  kill(signal?: NodeJS.Signals): Promise<void>
  /** Its exit code; null when it was killed. */
  readonly ended: Promise<number | null>
}

const CLI = fileURLToPath(new URL('../../src/cli/bin.ts', import.meta.url))

/** Starts the command line from its source. */
export const startCli = (args: readonly string[], env: NodeJS.ProcessEnv): Program => startProgram(CLI, { args, env })

export function startProgram(
  file: string | URL,
  { args = [], env = process.env }: { readonly args?: readonly string[]; readonly env?: NodeJS.ProcessEnv } = {},
): Program {
  const path = typeof file === 'string' ? file : fileURLToPath(file)
  const child = spawn(process.execPath, ['--conditions=cellar:source', path, ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const printed: string[] = []
  const ended = once(child, 'close').then(([code]) => code as number | null)
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => printed.push(String(data)))
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    pid: child.pid ?? 0,
    ended,
    output: () => printed.join(''),
    async line() {
      const { value, done } = await lines.next()
      if (done) throw new Error(`The program ended with ${await ended}:\n${printed.join('')}`)
      return String(value)
    },
    kill: (signal = 'SIGKILL') => kill(child, ended, signal),
    [Symbol.asyncDispose]: () => kill(child, ended, 'SIGKILL'),
  }
}

async function kill(child: ChildProcess, ended: Promise<unknown>, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill(signal)
  await ended
}

/** The processes that a process started, and theirs. Linux only; elsewhere none. */
export function descendantsOf(pid: number): readonly number[] {
  let children: number[] = []
  try {
    children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number)
  } catch {
    return []
  }
  return children.flatMap((child) => [child, ...descendantsOf(child)])
}

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    // A zombie has ended; nobody has asked for its exit code yet.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}
