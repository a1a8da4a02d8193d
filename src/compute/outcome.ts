import { isCellarError } from '../errors/cellar-error.ts'
import { checkResult } from '../func/check-result.ts'
import type { FunctionDefinition } from '../func/function-definition.ts'
import type { StoredMedia } from '../media/stored-media.ts'
import { type Fault, faultOf } from './fault.ts'

/** What a call came to. */
export type Outcome = Fault | { readonly value: unknown; readonly stored?: StoredMedia }

/** Checks a returned value against the declaration and normalises it. Media are still what the function returned. */
export function parseResult(definition: FunctionDefinition, value: unknown): Fault | { readonly value: unknown } {
  const { name, returns } = definition
  if (value instanceof Error) return faultOf(value, name)
  try {
    return { value: checkResult(name, returns, value) }
  } catch (error) {
    if (isCellarError(error)) return faultOf(error, name)
    throw error
  }
}
