import type { FunctionDefinition } from '../func/function-definition.ts'
import type { StoredMedia } from '../media/stored-media.ts'
import { describeIssues, isInvalidValue } from '../types/invalid-value.ts'
import { type Fault, faultOf, invalidResult } from './fault.ts'

/** What a call came to. */
export type Outcome = Fault | { readonly value: unknown; readonly stored?: StoredMedia }

/** Checks a returned value against the declaration and normalises it. Media are still what the function returned. */
export function parseResult(definition: FunctionDefinition, value: unknown): Fault | { readonly value: unknown } {
  const { name, returns } = definition
  if (value instanceof Error) return faultOf(value, name)
  if (value === null || value === undefined)
    return returns.nullable ? { value: null } : invalidResult(name, 'null, where a value is declared.')
  try {
    return { value: returns.type.parse(value) }
  } catch (error) {
    if (!isInvalidValue(error)) throw error
    return invalidResult(name, `${describeIssues(error.issues)}.`, error)
  }
}
