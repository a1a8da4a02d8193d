import { type ChildProcess, fork } from 'node:child_process'
import type { FromApp, ToApp } from './messages.ts'

/**
 * Keeps one app serving. A new one is started beside it; only when it has loaded and applied its declarations does it
 * take over. One that fails to start is forgotten, and the old one goes on.
 */
export class Supervisor {
  readonly #start: () => ChildProcess
  readonly #onListening: (url: string) => void
  readonly #onBroken: () => void
  #current: ChildProcess | undefined
  #next: ChildProcess | undefined
  #stopping = false

  constructor(options: {
    readonly args: readonly string[]
    readonly onListening: (url: string) => void
    /** A new app failed; it has printed why. */
    readonly onBroken: () => void
  }) {
    const [script] = process.argv.slice(1)
    this.#start = () => fork(script as string, [...options.args], { stdio: 'inherit', execArgv: execArguments() })
    this.#onListening = options.onListening
    this.#onBroken = options.onBroken
  }

  /** Starts an app, or a new one that replaces it. */
  restart(): void {
    if (this.#stopping) return
    this.#next?.kill('SIGKILL')
    const app = this.#start()
    this.#next = app
    app.on('message', (message: FromApp) => this.#hear(app, message))
    app.on('exit', () => this.#exited(app))
  }

  async stop(): Promise<void> {
    this.#stopping = true
    this.#next?.kill('SIGKILL')
    if (this.#current) await stopApp(this.#current)
  }

  #hear(app: ChildProcess, message: FromApp): void {
    if (message.type === 'ready' && app === this.#next) void this.#takeOver(app)
    if (message.type === 'listening') this.#onListening(message.url)
  }

  async #takeOver(app: ChildProcess): Promise<void> {
    const old = this.#current
    this.#current = app
    this.#next = undefined
    if (old) await stopApp(old)
    send(app, { type: 'listen' })
  }

  #exited(app: ChildProcess): void {
    if (this.#stopping) return
    if (app === this.#next) {
      this.#next = undefined
      this.#onBroken()
    } else if (app === this.#current) {
      this.#current = undefined
      this.#onBroken()
    }
  }
}

const STOP_MILLISECONDS = 10_000

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
  if (app.connected) app.send(message)
}

/** The advice of `moduleTypeAdvice` stands in for Node's own warning. */
function execArguments(): string[] {
  return [...process.execArgv, '--disable-warning=MODULE_TYPELESS_PACKAGE_JSON']
}
