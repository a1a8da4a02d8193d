import { hash } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

/** The port in the name of the socket; `psql -h <home>` and `pg` with `host: <home>` look for this one. */
const SOCKET_PORT = 5432
const SOCKET_NAME = `.s.PGSQL.${SOCKET_PORT}`
/** Bytes of a socket path that every system takes. */
const LONGEST_SOCKET_PATH = 103

export interface HomePaths {
  /** With links resolved, so that one home has one name. */
  readonly home: string
  readonly dataDir: string
  /** Folder of the socket; undefined on Windows. */
  readonly socketDir: string | undefined
  readonly socket: string
  /** Who owns the home, as JSON. */
  readonly owner: string
}

export interface HomeOwner {
  readonly pid: number
  readonly socket: string
}

/** Makes the folder where it is missing. */
export function prepareHome(home: string): HomePaths {
  fs.mkdirSync(home, { recursive: true })
  const real = fs.realpathSync(home)
  const name = hash('sha256', real).slice(0, 32)
  const common = { home: real, dataDir: path.join(real, 'database'), owner: path.join(real, 'owner.json') }
  if (process.platform === 'win32') return { ...common, socketDir: undefined, socket: `\\\\.\\pipe\\cellar-${name}` }
  const inHome = path.join(real, SOCKET_NAME)
  if (Buffer.byteLength(inHome) <= LONGEST_SOCKET_PATH) return { ...common, socketDir: real, socket: inHome }
  const socketDir = path.join(os.tmpdir(), `cellar-${process.getuid?.() ?? 0}-${name}`)
  return { ...common, socketDir, socket: path.join(socketDir, SOCKET_NAME) }
}

export function writeOwner(paths: HomePaths): void {
  const owner: HomeOwner = { pid: process.pid, socket: paths.socket }
  const draft = `${paths.owner}.${process.pid}`
  fs.writeFileSync(draft, `${JSON.stringify(owner)}\n`)
  fs.renameSync(draft, paths.owner)
}

/** Who wrote itself down last; it may be gone. */
export function readOwner(paths: HomePaths): HomeOwner | undefined {
  try {
    const owner: unknown = JSON.parse(fs.readFileSync(paths.owner, 'utf8'))
    if (typeof owner !== 'object' || owner === null || !('pid' in owner) || !('socket' in owner)) return undefined
    const { pid, socket } = owner
    return typeof pid === 'number' && typeof socket === 'string' ? { pid, socket } : undefined
  } catch {
    return undefined
  }
}
