import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

export const repository = join(import.meta.dirname, '../..')

/** A folder as a user has it, with the files of DESIGN's contract, `cellar` installed and on the path. */
export interface Project extends Disposable {
  readonly folder: string
  readonly env: NodeJS.ProcessEnv
  path(name: string): string
  write(name: string, text: string): void
}

/** @param env of `testDatabase`, so that it is known which database the commands work on */
export function testProject(env: NodeJS.ProcessEnv, manifest: object = { type: 'module' }): Project {
  const folder = mkdtempSync(join(tmpdir(), 'cellar-project-'))
  const bin = join(folder, 'node_modules/.bin')
  mkdirSync(bin, { recursive: true })
  symlinkSync(repository, join(folder, 'node_modules/cellar'))
  cpSync(join(repository, 'examples/contract'), folder, { recursive: true })
  const command = `"${process.execPath}" --conditions=cellar:source "${join(repository, 'src/cli/bin.ts')}"`
  writeFileSync(join(bin, 'cellar'), `#!/bin/sh\nexec ${command} "$@"\n`)
  chmodSync(join(bin, 'cellar'), 0o755)
  const project: Project = {
    folder,
    env: { ...env, PATH: `${bin}${delimiter}${env.PATH}`, NO_COLOR: '1' },
    path: (name) => join(folder, name),
    write: (name, text) => writeFileSync(join(folder, name), text),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }),
  }
  project.write('package.json', JSON.stringify(manifest))
  return project
}

export interface Output {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A command that runs; it is killed when it is disposed. */
export interface Running extends AsyncDisposable {
  readonly child: ChildProcess
  readonly pid: number
  readonly stdout: string
  readonly stderr: string
  readonly ended: Promise<Output>
  /** The first match in what it has printed on either stream from `since` on. */
  until(pattern: RegExp, milliseconds?: number): Promise<RegExpExecArray>
  /** What Ctrl-C does. */
  interrupt(): void
  /** From here on `until` looks at new output only. */
  forget(): void
}

const UNTIL_MILLISECONDS = 60_000
const POLL_MILLISECONDS = 20

interface Place {
  readonly folder: string
  readonly env: NodeJS.ProcessEnv
}

/**
 * Runs a command line as a user types it.
 *
 * @param options.group gives it a process group of its own, as a terminal does; `interrupt` reaches all of it
 */
export function start(line: string, project: Place, { group = false } = {}): Running {
  // `exec`, so that the process is the command and not the shell.
  const child = spawn('/bin/sh', ['-c', `exec ${line}`], { cwd: project.folder, env: project.env, detached: group })
  const signal = (name: NodeJS.Signals) => {
    if (group) process.kill(-(child.pid as number), name)
    else child.kill(name)
  }
  const output = { stdout: '', stderr: '', all: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text
      output.all += text
    })
  }
  let from = 0
  const { promise: ended, resolve } = Promise.withResolvers<Output>()
  child.once('close', (code) => resolve({ code, stdout: output.stdout, stderr: output.stderr }))
  return {
    child,
    pid: child.pid as number,
    ended,
    get stdout() {
      return output.stdout
    },
    get stderr() {
      return output.stderr
    },
    async until(pattern, milliseconds = UNTIL_MILLISECONDS) {
      const deadline = performance.now() + milliseconds
      for (;;) {
        const found = pattern.exec(output.all.slice(from))
        if (found) return found
        if (performance.now() > deadline || child.exitCode !== null)
          throw new Error(`${line} did not print ${pattern} (exit ${child.exitCode}):\n${output.all}`)
        await delay(POLL_MILLISECONDS)
      }
    },
    forget() {
      from = output.all.length
    },
    interrupt: () => signal('SIGINT'),
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) signal('SIGKILL')
      await ended
    },
  }
}

export const run = (line: string, project: Place): Promise<Output> => start(line, project).ended

/** Whether a process of this id exists. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Waits until something holds. */
export async function eventually(holds: () => boolean | Promise<boolean>, milliseconds = 20_000): Promise<void> {
  const deadline = performance.now() + milliseconds
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`it did not come true within ${milliseconds} ms: ${holds}`)
    await delay(POLL_MILLISECONDS)
  }
}
