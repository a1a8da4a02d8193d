import { createRequire } from 'node:module'
import type * as Typebox from 'typebox/schema'
import { CellarError, type Issue } from '../errors/cellar-error.ts'
import type { JsonObject } from '../util/json.ts'
import { invalidType } from './check-options.ts'
import { InvalidValue } from './invalid-value.ts'
import type { StandardSchema } from './standard-schema.ts'

type Validator = Typebox.Validator

const require = createRequire(import.meta.url)

/**
 * Throws for values that a JSON Schema does not allow. The compiler is loaded with the first value: loading it takes
 * longer than all of Cellar.
 */
export function compileJsonSchema(schema: JsonObject): (value: unknown) => void {
  let validator: Validator | undefined
  return (value) => {
    validator ??= compile(schema)
    if (!validator.Check(value)) throw new InvalidValue(issuesOf(validator.Errors(value)[1]))
  }
}

function compile(schema: JsonObject): Validator {
  const { Compile } = require('typebox/schema') as typeof Typebox
  try {
    return Compile(schema)
  } catch (cause) {
    throw new CellarError(
      'INVALID_DECLARATION',
      { subject: 't.json', reason: 'its JSON Schema cannot be compiled' },
      { cause },
    )
  }
}

type SchemaError = ReturnType<Validator['Errors']>[1][number]

function issuesOf(errors: readonly SchemaError[]): Issue[] {
  // A forbidden member is reported twice: by the object's keyword, which names it, and by the schema `false`.
  const issues = errors.filter((error) => error.keyword !== 'boolean').flatMap(issuesOfError)
  return issues.length > 0 ? issues : [issue([], 'is not allowed by the schema')]
}

function issuesOfError({ keyword, instancePath, params, message }: SchemaError): Issue[] {
  const path = parsePointer(instancePath)
  const { requiredProperties, additionalProperties } = params as Partial<Record<string, readonly string[]>>
  if (keyword === 'required' && requiredProperties)
    return requiredProperties.map((key) => issue([...path, key], 'is missing'))
  if (keyword === 'additionalProperties' && additionalProperties)
    return additionalProperties.map((key) => issue([...path, key], 'is not allowed by the schema'))
  return [issue(path, message)]
}

function parsePointer(pointer: string): (string | number)[] {
  const steps = pointer.split('/').slice(1)
  const names = steps.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
  return names.map((name) => (/^(?:0|[1-9]\d*)$/.test(name) ? Number(name) : name))
}

/**
 * The output of a Standard Schema.
 *
 * @throws INVALID_VALUE with the schema's issues
 * @throws INVALID_DECLARATION when it validates asynchronously: values are checked where nothing can wait
 */
export function validateStandard(schema: StandardSchema, value: unknown): unknown {
  const result = schema['~standard'].validate(value)
  if (result instanceof Promise) {
    // Its rejection, if any, is of no interest any more.
    result.catch(() => undefined)
    throw invalidType(
      'json',
      `its ${schema['~standard'].vendor} schema validates asynchronously; use a synchronous one`,
    )
  }
  if (result.issues === undefined) return result.value
  throw new InvalidValue(result.issues.map(({ path = [], message }) => issue(Array.from(path, stepOf), message)))
}

type StandardStep = PropertyKey | { readonly key: PropertyKey }

function stepOf(step: StandardStep): string | number {
  const key = typeof step === 'object' ? step.key : step
  return typeof key === 'number' ? key : String(key)
}

function issue(path: readonly (string | number)[], message: string): Issue {
  return { path, message, code: 'INVALID_VALUE' }
}
