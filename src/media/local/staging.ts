import { createHash, randomBytes } from 'node:crypto'
import { readdir, rm, stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { unlessMissing } from './storage-error.ts'

/** Whoever writes a file has touched it within that time. */
const ABANDONED_AFTER_MS = 24 * 3_600_000

const HOST = createHash('sha256').update(hostname()).digest('hex').slice(0, 8)
/** Tells this process from an earlier one that had the same number. */
const PROCESS = randomBytes(4).toString('hex')

/** The folder of unfinished files, on the same file system as the finished ones. Names say which process writes them. */
export class Staging {
  readonly directory: string
  /** Part of the names: who writes the files. */
  readonly writer: string
  #count = 0

  constructor(directory: string, writer = PROCESS) {
    this.directory = directory
    this.writer = writer
  }

  newPath(): string {
    this.#count += 1
    return join(this.directory, `${HOST}-${process.pid}-${this.writer}-${randomBytes(4).toString('hex')}${this.#count}`)
  }

  owns(path: string): boolean {
    return dirname(path) === this.directory
  }

  /** Removes what ended processes left, and what nobody has written to for a day. */
  async clean(): Promise<void> {
    for (const name of await readdir(this.directory)) {
      const path = join(this.directory, name)
      if (await isLeftBehind(name, path)) await rm(path, { force: true, recursive: true })
    }
  }
}

async function isLeftBehind(name: string, path: string): Promise<boolean> {
  const [host, pid, processId] = name.split('-')
  if (host === HOST && processId !== PROCESS && (Number(pid) === process.pid || !isRunning(Number(pid)))) return true
  const facts = await unlessMissing(stat(path))
  return facts !== undefined && Date.now() - facts.mtimeMs > ABANDONED_AFTER_MS
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
