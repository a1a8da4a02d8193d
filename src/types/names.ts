import { CellarError } from '../errors/cellar-error.ts'

const SEGMENT = /^[A-Za-z][A-Za-z0-9_-]*$/
/** An identifier of JavaScript without `$`, which separates the parts of derived names in the database. */
const COLUMN = /^\p{ID_Start}\p{ID_Continue}*$/u
/** With it, `$history` and the names of constraints stay within the 63 bytes of Postgres. */
const MAX_PATH_BYTES = 48
const MAX_COLUMN_BYTES = 59
const SYSTEM_COLUMNS = new Set(['ctid', 'xmin', 'xmax', 'cmin', 'cmax', 'tableoid'])

/** @throws INVALID_NAME */
export function assertColumnName(name: string): void {
  const reason = columnNameProblem(name)
  if (reason !== undefined)
    throw new CellarError('INVALID_NAME', { kind: 'Column', name: JSON.stringify(name), reason })
}

/** @throws INVALID_NAME */
export function assertPath(path: string): void {
  const reason = pathProblem(path)
  if (reason !== undefined) throw new CellarError('INVALID_NAME', { kind: 'Table', name: JSON.stringify(path), reason })
}

function columnNameProblem(name: unknown): string | undefined {
  if (typeof name !== 'string') return 'it is not text'
  if (name.startsWith('_')) return 'names starting with _ are reserved'
  if (SYSTEM_COLUMNS.has(name)) return 'PostgreSQL has a system column of that name'
  if (name === 'then') return 'rows with a member then would be taken for promises'
  if (!COLUMN.test(name)) return 'it has to be a letter followed by letters, digits and _'
  if (name !== name.normalize('NFC')) return 'its characters are not in their composed form (NFC)'
  return Buffer.byteLength(name) > MAX_COLUMN_BYTES ? `it is longer than ${MAX_COLUMN_BYTES} bytes` : undefined
}

function pathProblem(path: unknown): string | undefined {
  if (typeof path !== 'string') return 'it is not text'
  if (path.split('.').some((segment) => segment.startsWith('_'))) return 'names starting with _ are reserved'
  if (!path.split('.').every((segment) => SEGMENT.test(segment)))
    return 'it has to be a letter followed by letters, digits, _ and -; dots join such names'
  return path.length > MAX_PATH_BYTES ? `it is longer than ${MAX_PATH_BYTES} bytes` : undefined
}
