/** What main thread and PGlite's worker say to each other. Bytes are transferred, not copied. */
export interface WorkerStart {
  readonly dataDir: string
  readonly relaxed: boolean
  /** `CELL.…` says what lies where. */
  readonly cells: SharedArrayBuffer
}

/** The Int32 cells that both threads see. */
export const CELL = {
  /** How many real syncs there were. */
  syncs: 0,
  /** Changes with each message; the worker sleeps on it, since its event loop would wake up three times as slowly. */
  wake: 1,
} as const
export const CELL_BYTES = 8

export type ToWorker = Uint8Array<ArrayBuffer> | 'close'

export type FromWorker =
  /** The answer to one batch of protocol messages. */
  | { readonly bytes: ArrayBuffer; readonly length: number }
  | { readonly ready: true; readonly serverVersion: string }
  | { readonly failed: string }
  | { readonly closed: true }
