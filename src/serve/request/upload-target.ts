import { mediaOf } from '../../compute/media-value.ts'
import { CellarError, isCellarError } from '../../errors/cellar-error.ts'
import type { MediaStore } from '../../media/media-store.ts'
import type { InputField } from '../route-spec.ts'
import type { FileTarget } from './form-body.ts'
import type { RequestLimits } from './limits.ts'

interface UploadContext {
  readonly store: MediaStore
  readonly limits: RequestLimits
  /** Where the file belongs. */
  readonly path: readonly (string | number)[]
}

/** Media go to the store as they arrive, other uploads (binary columns) into memory, bounded like a JSON body. */
export function uploadTarget(
  field: InputField,
  { store, limits, path }: UploadContext,
  keep: (value: unknown) => void,
): FileTarget {
  const kind = field.column.type.mediaKind
  if (kind === null) return memoryTarget(field.name, limits.body, keep)
  const sink = store.begin({ kind, maxBytes: limits.file })
  const named = (error: unknown) => Promise.reject(nameField(error, path))
  return {
    write: (chunk) => sink.write(chunk).catch(named),
    finish: async () => keep(mediaOf(kind, await sink.finish().catch(named))),
    abort: () => sink.abort(),
  }
}

/** Which field a refused upload was for. */
function nameField(error: unknown, path: readonly (string | number)[]): unknown {
  if (!isCellarError(error) || error.status >= 500 || error.issues.length > 0) return error
  const issues = [{ path, message: error.message, code: error.code }]
  return new CellarError(error.code, error.details, { cause: error, issues })
}

function memoryTarget(name: string, limit: number, keep: (value: unknown) => void): FileTarget {
  let chunks: Uint8Array[] = []
  let size = 0
  return {
    async write(chunk) {
      size += chunk.byteLength
      if (size > limit)
        throw new CellarError('BODY_TOO_LARGE', { subject: `The file ${name}`, limit: `${limit} bytes` })
      chunks.push(chunk)
    },
    async finish() {
      keep(new Uint8Array(Buffer.concat(chunks, size)))
    },
    async abort() {
      chunks = []
    },
  }
}
