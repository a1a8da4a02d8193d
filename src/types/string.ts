import type { JsonObject } from '../util/json.ts'
import { assertBounds, assertOptions, givenOptions, invalidType } from './check-options.ts'
import type { ColumnType } from './column-type.ts'
import { createColumnType } from './create-column-type.ts'
import { invalidValue, wrongType } from './invalid-value.ts'
import type { StringOptions } from './options.ts'
import { compareText } from './text-order.ts'
import { textProblem } from './well-formed.ts'

export function stringType(options: StringOptions = {}): ColumnType<string> {
  const limits = checkLimits(options)
  const limited = Object.keys(limits).length > 0
  const parse = limited ? (value: unknown) => parseLimited(value, limits) : parseString
  return createColumnType({
    kind: 'string',
    postgres: 'text collate "C"',
    cast: 'text',
    parse,
    parseWire: parse,
    parseText: parse,
    encode: (value) => value,
    decode: (text) => text,
    toWire: (value) => value,
    wireText: (text) => JSON.stringify(text),
    toStoredJson: (value) => value,
    fromStoredJson: (json) => json as string,
    compare: compareText,
    jsonSchema: () => schemaOf(limits),
    toJson: () => optionsToJson(limits),
    byteSize: (value) => 2 * value.length,
  })
}

function parseString(value: unknown): string {
  if (typeof value !== 'string') throw wrongType('text', value)
  const problem = textProblem(value)
  if (problem !== undefined) throw invalidValue(problem)
  return value
}

function parseLimited(input: unknown, { min, max, pattern, enum: allowed }: StringOptions): string {
  const value = parseString(input)
  if (min !== undefined && codePoints(value, min) < min) throw invalidValue(`is shorter than ${min} characters`)
  if (max !== undefined && codePoints(value, max) > max) throw invalidValue(`is longer than ${max} characters`)
  if (pattern !== undefined && !pattern.test(value)) throw invalidValue(`does not match ${String(pattern)}`)
  if (allowed !== undefined && !allowed.includes(value)) throw invalidValue(`is none of ${allowed.join(', ')}`)
  return value
}

/** The number of code points; counted only where the number of UTF-16 units does not settle the comparison. */
function codePoints(value: string, limit: number): number {
  if (value.length < limit) return value.length
  let count = 0
  for (const _ of value) count += 1
  return count
}

function checkLimits(options: StringOptions): StringOptions {
  assertOptions('string', options, ['min', 'max', 'pattern', 'enum'])
  const { min, max, pattern, enum: allowed } = givenOptions(options)
  assertBounds('string', givenOptions({ min, max }), true)
  if (pattern !== undefined && !(pattern instanceof RegExp)) throw invalidType('string', 'pattern is a RegExp')
  if (pattern && /[gy]/.test(pattern.flags)) throw invalidType('string', 'a pattern with flag g or y keeps state')
  if (allowed !== undefined && !(Array.isArray(allowed) && allowed.length > 0))
    throw invalidType('string', 'enum is a list of texts')
  return Object.freeze(givenOptions({ min, max, pattern, enum: allowed && Object.freeze(allowed.map(parseString)) }))
}

/** Flags have no form in JSON Schema, so only a pattern without any is published. */
function schemaOf({ min, max, pattern, enum: allowed }: StringOptions): JsonObject {
  return {
    type: 'string',
    ...(min === undefined ? {} : { minLength: min }),
    ...(max === undefined ? {} : { maxLength: max }),
    ...(pattern === undefined || !/^u?$/.test(pattern.flags) ? {} : { pattern: pattern.source }),
    ...(allowed === undefined ? {} : { enum: allowed }),
  }
}

function optionsToJson({ pattern, ...rest }: StringOptions): JsonObject {
  return { kind: 'string', ...rest, ...(pattern ? { pattern: { source: pattern.source, flags: pattern.flags } } : {}) }
}

/** @param json what `toJson` gave */
export function stringFromJson(json: JsonObject): ColumnType<string> {
  const { kind: _, pattern, ...options } = json
  const stored = pattern as { source: string; flags: string } | undefined
  return stringType({ ...options, ...(stored ? { pattern: new RegExp(stored.source, stored.flags) } : {}) })
}
