/** Bounds on what a request may send; bytes unless said. */
export interface RequestLimits {
  /** A JSON body that is one object. @default 1 MiB */
  readonly body: number
  /** A JSON body that is an array; it is held in memory. @default 16 MiB */
  readonly array: number
  /** An NDJSON body. @default 256 MiB */
  readonly ndjson: number
  /** One line of an NDJSON body. @default 1 MiB */
  readonly line: number
  /** Number of rows of an array, an NDJSON body or a form; the answer has as many. @default 100,000 */
  readonly rows: number
  /** One uploaded file. @default 4 GiB */
  readonly file: number
  /** All of a form, files included. @default 8 GiB */
  readonly form: number
  /** One text field of a form. @default 1 MiB */
  readonly field: number
  /** Number of parts of a form. @default 200 */
  readonly parts: number
  /** Number of files of a form. @default 20 */
  readonly files: number
}

export const DEFAULT_LIMITS: RequestLimits = Object.freeze({
  body: 1024 ** 2,
  array: 16 * 1024 ** 2,
  ndjson: 256 * 1024 ** 2,
  line: 1024 ** 2,
  rows: 100_000,
  file: 4 * 1024 ** 3,
  form: 8 * 1024 ** 3,
  field: 1024 ** 2,
  parts: 200,
  files: 20,
})
