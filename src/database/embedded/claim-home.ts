import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type HomePaths, readOwner, writeOwner } from './home-paths.ts'

/** Milliseconds. */
const CONNECT_LIMIT = 2000
const MUTEX_PAUSE = 20
const ABANDONED_AFTER = 10_000

export type Claim =
  /** This process owns the home, as long as the server listens. */
  { readonly owned: true; readonly server: net.Server } | { readonly owned: false; readonly socket: string }

/**
 * Listening on the socket of the home is owning it. A socket that refuses is left over from a process that died; removing it and listening
 * again happens under a mutex, so that two processes that find it do not remove each other's.
 */
export async function claimHome(paths: HomePaths): Promise<Claim> {
  for (;;) {
    const living = await livingSocket(paths)
    if (living !== undefined) return { owned: false, socket: living }
    const mutex = await takeMutex(paths)
    if (mutex === undefined) {
      await delay(MUTEX_PAUSE)
      continue
    }
    try {
      if ((await livingSocket(paths)) !== undefined) continue
      const server = await listenAt(paths)
      if (server !== undefined) {
        writeOwner(paths)
        return { owned: true, server }
      }
    } finally {
      mutex.release()
    }
  }
}

/** The owner may have chosen another folder for a long path than this process would. */
async function livingSocket(paths: HomePaths): Promise<string | undefined> {
  const sockets = new Set([paths.socket, readOwner(paths)?.socket ?? paths.socket])
  for (const socket of sockets) if (await isLiving(socket)) return socket
  return undefined
}

function isLiving(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = net.connect(socket)
    // Somebody who accepts too slowly is there all the same.
    const timer = setTimeout(() => settle(true), CONNECT_LIMIT)
    const settle = (living: boolean) => {
      clearTimeout(timer)
      connection.destroy()
      resolve(living)
    }
    connection.once('connect', () => settle(true))
    connection.once('error', (error: NodeJS.ErrnoException) => settle(!GONE.has(error.code)))
  })
}

const GONE: ReadonlySet<string | undefined> = new Set(['ECONNREFUSED', 'ENOENT', 'ENOTSOCK', 'ENOTDIR'])

/** Undefined when somebody else was faster. */
async function listenAt(paths: HomePaths): Promise<net.Server | undefined> {
  const { socketDir, socket } = paths
  if (socketDir !== undefined) {
    fs.mkdirSync(socketDir, { recursive: true, mode: 0o700 })
    fs.rmSync(socket, { force: true })
  }
  const server = await tryListen(socket)
  if (server !== undefined && socketDir !== undefined) fs.chmodSync(socket, 0o600)
  return server
}

function tryListen(address: string): Promise<net.Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = net.createServer()
    server.once('listening', () => resolve(server))
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined)
      else reject(error)
    })
    server.listen(address)
  })
}

interface Mutex {
  release(): void
}

const FREE: Mutex = { release: () => {} }

async function takeMutex(paths: HomePaths): Promise<Mutex | undefined> {
  // Only one process at a time can make a pipe of a name.
  if (process.platform === 'win32') return FREE
  if (process.platform === 'linux') {
    // An abstract socket: the kernel frees the name with the process.
    const { dev, ino } = fs.statSync(paths.home)
    const server = await tryListen(`\0cellar-home-${dev}-${ino}`)
    return server === undefined ? undefined : { release: () => server.close() }
  }
  return takeMutexFile(path.join(paths.home, 'owner.lock'))
}

function takeMutexFile(file: string): Mutex | undefined {
  try {
    fs.writeFileSync(file, String(process.pid), { flag: 'wx' })
    return { release: () => fs.rmSync(file, { force: true }) }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    const age = Date.now() - (fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now())
    if (age > ABANDONED_AFTER) fs.rmSync(file, { force: true })
    return undefined
  }
}
