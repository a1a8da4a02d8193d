import { type ChildProcess, fork } from 'node:child_process'
import type { FromApp, ToApp } from './messages.ts'

/**
 * What an app did not manage: `starting` leaves the one before it serving, after `listening` or `serving` none serves.
 * It has printed why.
 */
export type Failure = 'starting' | 'listening' | 'serving'

export interface SupervisorOptions {
  /** Arguments of the next app. */
  readonly args: () => readonly string[]
  readonly onListening: (url: string) => void
  readonly onFailure: (failure: Failure) => void
}

/**
 * Keeps one app serving. A new one is started beside it; only when it has loaded and applied its declarations does it
 * take over. One that fails to start is forgotten, and the old one goes on.
 */
export class Supervisor {
  readonly #options: SupervisorOptions
  readonly #apps = new Set<ChildProcess>()
  readonly #listening = new WeakSet<ChildProcess>()
  #current: ChildProcess | undefined
  #next: ChildProcess | undefined
  #stopping = false

  constructor(options: SupervisorOptions) {
    this.#options = options
  }

  /** Whether an app answers requests. */
  get serving(): boolean {
    return this.#current !== undefined
  }

  /** Starts an app, or a new one that replaces it. */
  restart(): void {
    if (this.#stopping) return
    this.#next?.kill('SIGKILL')
    const app = startApp(this.#options.args())
    this.#apps.add(app)
    this.#next = app
    app.on('message', (message: FromApp) => this.#hear(app, message))
    app.on('exit', () => this.#exited(app))
  }

  async stop(): Promise<void> {
    this.#stopping = true
    this.#next?.kill('SIGKILL')
    await Promise.all([...this.#apps].map(stopApp))
  }

  #hear(app: ChildProcess, message: FromApp): void {
    if (message.type === 'ready' && app === this.#next) void this.#takeOver(app)
    if (message.type === 'listening') {
      this.#listening.add(app)
      this.#options.onListening(message.url)
    }
  }

  async #takeOver(app: ChildProcess): Promise<void> {
    const old = this.#current
    this.#current = app
    this.#next = undefined
    if (old) await stopApp(old)
    send(app, { type: 'listen' })
  }

  #exited(app: ChildProcess): void {
    this.#apps.delete(app)
    if (this.#stopping) return
    if (app === this.#next) {
      this.#next = undefined
      this.#options.onFailure('starting')
    } else if (app === this.#current) {
      this.#current = undefined
      this.#options.onFailure(this.#listening.has(app) ? 'serving' : 'listening')
    }
  }
}

const STOP_MILLISECONDS = 10_000

function startApp(args: readonly string[]): ChildProcess {
  // The advice of `moduleTypeAdvice` stands in for Node's own warning.
  const execArgv = [...process.execArgv, '--disable-warning=MODULE_TYPELESS_PACKAGE_JSON']
  return fork(process.argv[1] as string, [...args], { stdio: 'inherit', execArgv })
}

/** Lets the app finish its requests; one that does not end is killed. */
function stopApp(app: ChildProcess): Promise<void> {
  if (app.exitCode !== null || app.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => {
    const timer = setTimeout(() => app.kill('SIGKILL'), STOP_MILLISECONDS)
    app.once('exit', () => {
      clearTimeout(timer)
      resolve()
    })
    send(app, { type: 'stop' })
  })
}

function send(app: ChildProcess, message: ToApp): void {
  // It may be ending by itself; its exit is heard anyway.
  if (app.connected) app.send(message, () => {})
}
