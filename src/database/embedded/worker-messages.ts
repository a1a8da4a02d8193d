/** What main thread and PGlite's worker say to each other. Bytes are transferred, not copied. */
export interface WorkerStart {
  readonly dataDir: string
  readonly relaxed: boolean
  /** One Int32: the number of real syncs. */
  readonly syncs: SharedArrayBuffer
}

export type ToWorker = Uint8Array<ArrayBuffer> | 'close'

export type FromWorker =
  /** The answer to one batch of protocol messages. */
  | { readonly bytes: ArrayBuffer; readonly length: number }
  | { readonly ready: true; readonly serverVersion: string }
  | { readonly failed: string }
  | { readonly closed: true }
