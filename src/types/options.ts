export interface StringOptions<E extends string = string> {
  /** The least number of code points. */
  readonly min?: number
  /** The greatest number of code points. */
  readonly max?: number
  readonly pattern?: RegExp
  /** The only values allowed. */
  readonly enum?: readonly E[]
}

/** Bounds belong to the range. */
export interface NumberOptions {
  readonly min?: number
  readonly max?: number
}

export interface MediaOptions {
  /** Keeps an http(s) URL as it is, instead of fetching and storing its content. @default false */
  readonly reference?: boolean
}
