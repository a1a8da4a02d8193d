import type { StandardJSONSchemaV1, StandardSchemaV1 } from '@standard-schema/spec'

/** A validator of any library that implements Standard Schema: Zod, Valibot, ArkType and others. */
export type StandardSchema<In = unknown, Out = In> = StandardSchemaV1<In, Out>

/** The optional part of the standard that gives a JSON Schema. */
export type StandardJsonSchema = StandardJSONSchemaV1

export function isStandardSchema(value: unknown): value is StandardSchema {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false
  const standard = (value as { '~standard'?: unknown })['~standard']
  return typeof standard === 'object' && standard !== null && 'validate' in standard
}
