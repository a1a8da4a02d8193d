import { CellarError, isCellarError } from '../../../errors/cellar-error.ts'
import type { FileErrorData } from './file-messages.ts'

/** What an error of a system call says beside its message. */
const FIELDS = ['code', 'errno', 'syscall', 'path', 'dest'] as const

export function toFileErrorData(error: unknown): FileErrorData {
  if (isCellarError(error)) {
    const { code, details, cause } = error
    return { code, details, cause: cause === undefined ? undefined : toFileErrorData(cause) }
  }
  const fields = error instanceof Error ? (error as NodeJS.ErrnoException & { readonly dest?: string }) : undefined
  const system = FIELDS.flatMap((name) => {
    const value = fields?.[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  return { message: fields?.message ?? String(error), system: Object.fromEntries(system) }
}

export function fromFileErrorData(data: FileErrorData): Error {
  if ('system' in data) return Object.assign(new Error(data.message), data.system)
  return new CellarError(data.code, data.details, data.cause ? { cause: fromFileErrorData(data.cause) } : {})
}
