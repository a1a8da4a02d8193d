import fs from 'node:fs'
import { NodeFS } from '@electric-sql/pglite/nodefs'

type Module = Parameters<NonNullable<Extract<Options['preRun'], readonly unknown[]>[number]>>[0]
type Options = Parameters<NodeFS['init']>[1]

interface NodeStream {
  readonly nfd?: number
  readonly node: unknown
}

/** The parts of Emscripten's NODEFS that its types leave out. */
interface NodeFileSystem {
  readonly stream_ops: { fsync?: (stream: NodeStream) => number }
  tryFSOperation<T>(operation: () => T): T
  realPath(node: unknown): string
}

/** PGlite's file system with an fsync that reaches the disk; the original has none, so that even with `fsync=on` nothing is durable. */
export class SyncNodeFS extends NodeFS {
  readonly #onSync: () => void

  constructor(dataDir: string, onSync: () => void) {
    super(dataDir)
    this.#onSync = onSync
  }

  override async init(pg: Parameters<NodeFS['init']>[0], options: Options): ReturnType<NodeFS['init']> {
    const result = await super.init(pg, options)
    const { emscriptenOpts } = result
    const install = (module: Module) => {
      const nodefs = (module.FS.filesystems as unknown as { NODEFS: NodeFileSystem }).NODEFS
      nodefs.stream_ops.fsync = (stream) => this.#sync(nodefs, stream)
    }
    return { emscriptenOpts: { ...emscriptenOpts, preRun: [...[emscriptenOpts.preRun ?? []].flat(), install] } }
  }

  #sync(nodefs: NodeFileSystem, stream: NodeStream): number {
    nodefs.tryFSOperation(() => {
      if (stream.nfd === undefined) syncPath(nodefs.realPath(stream.node))
      else fs.fsyncSync(stream.nfd)
    })
    this.#onSync()
    return 0
  }
}

/** Syncs a file, or the entries of a directory; Windows has nothing of the kind for directories. */
export function syncPath(path: string): void {
  if (process.platform === 'win32' && fs.statSync(path).isDirectory()) return
  const descriptor = fs.openSync(path, 'r')
  try {
    fs.fsyncSync(descriptor)
  } finally {
    fs.closeSync(descriptor)
  }
}
