import { CellarError, isCellarError } from '../../errors/cellar-error.ts'

const FULL = new Set(['ENOSPC', 'EDQUOT'])

export function errorCodeOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : undefined
}

/** A full disk becomes STORAGE_FULL; everything else stays what it is. */
export function toStorageError(error: unknown): unknown {
  if (isCellarError(error) || !FULL.has(errorCodeOf(error) ?? '')) return error
  return new CellarError('STORAGE_FULL', { subject: 'the media store' }, { cause: error })
}

/** The result, or undefined when the file is not there. */
export async function unlessMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    if (errorCodeOf(error) === 'ENOENT') return undefined
    throw error
  }
}
