/** Bounds on what a request may send; bytes unless said. */
export interface RequestLimits {
  /** A JSON body. @default 1 MiB */
  readonly body: number
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
  file: 4 * 1024 ** 3,
  form: 8 * 1024 ** 3,
  field: 1024 ** 2,
  parts: 200,
  files: 20,
})
