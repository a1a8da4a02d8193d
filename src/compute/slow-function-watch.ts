/** Something a developer should know; nothing failed. */
export interface EngineWarning {
  readonly code: 'SLOW_FUNCTION'
  readonly function: string
  readonly message: string
}

/** Milliseconds for which a function may hold up everything else in the process. */
const LIMIT = 100

/** Reports functions that block the process, each once by name. */
export class SlowFunctionWatch {
  readonly #warn: (warning: EngineWarning) => void
  readonly #reported = new Set<string>()

  constructor(warn: (warning: EngineWarning) => void = emitWarning) {
    this.#warn = warn
  }

  check(name: string, milliseconds: number): void {
    if (milliseconds <= LIMIT || this.#reported.has(name)) return
    this.#reported.add(name)
    const taken = Math.round(milliseconds)
    const message = `Function ${name} held up the process for ${taken} ms; make it async, or give it thread: true.`
    this.#warn({ code: 'SLOW_FUNCTION', function: name, message })
  }
}

function emitWarning(warning: EngineWarning): void {
  process.emitWarning(warning.message, { type: 'CellarWarning', code: warning.code })
}
