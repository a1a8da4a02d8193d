import { writeArrayElement } from '../types/array-text.ts'
import type { Encoded as EncodedValue } from '../types/column-type.ts'

/** A value as a column type encodes it for the text protocol, or null. */
export type Encoded = EncodedValue | null

/**
 * The text of a Postgres array of encoded values: a whole column of a batch as one parameter.
 * Written here because the driver's own form costs several times as much per element.
 */
export function arrayLiteral(values: readonly Encoded[]): string {
  let text = '{'
  for (let i = 0; i < values.length; i += 1) {
    const element = writeArrayElement(values[i] as Encoded)
    text += i === 0 ? element : `,${element}`
  }
  return `${text}}`
}
