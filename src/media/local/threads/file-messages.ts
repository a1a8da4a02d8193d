import type { DetailsOf, ErrorCode } from '../../../errors/codes.ts'
import type { StoredMedia } from '../../stored-media.ts'
import type { CheckOptions } from '../commit.ts'
import type { FileInput } from '../ingest-file.ts'

/** What the thread is started with. */
export interface FileThreadData {
  readonly root: string
  readonly sync: boolean
  readonly writer: string
}

export type ToFileThread =
  | {
      readonly type: 'store'
      readonly id: number
      readonly input: FileInput
      readonly limits: CheckOptions & { readonly maxBytes: number }
    }
  | { readonly type: 'abort'; readonly id: number }

export type FromFileThread =
  /** The modules are loaded. */
  | { readonly type: 'ready' }
  | { readonly type: 'stored'; readonly id: number; readonly stored: StoredMedia }
  | { readonly type: 'failed'; readonly id: number; readonly error: FileErrorData }

/** An error on its way between threads: clones of errors lose their fields. */
export type FileErrorData =
  | { readonly code: ErrorCode; readonly details: DetailsOf<ErrorCode>; readonly cause: FileErrorData | undefined }
  | { readonly message: string; readonly system: Readonly<Record<string, string | number>> }
