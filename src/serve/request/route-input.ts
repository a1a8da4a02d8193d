import type { BatchRow } from './batch-parser.ts'
import type { Choices } from './choices.ts'
import type { InputValues } from './input-parser.ts'

/** One object came. */
export interface SingleInput {
  readonly values: InputValues
  readonly rows?: undefined
  readonly choices: Choices
}

/** A list came: rows that are there, or that arrive while they are asked for. */
export interface BatchInput {
  readonly rows: readonly BatchRow[] | AsyncIterable<BatchRow>
  readonly choices: Choices
}

/** Checked values of a request. */
export type RouteInput = SingleInput | BatchInput
