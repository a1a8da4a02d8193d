import { compilePattern } from '../../expr/operations/pattern.ts'
import type { ColumnSpec } from '../../types/column-spec.ts'
import type { ColumnType } from '../../types/column-type.ts'
import type { JsonObject, JsonValue } from '../../util/json.ts'
import type { Constraint, Violation } from '../route-spec.ts'
import { list, type RouteChecks } from './checks.ts'

type Check = (value: unknown) => Violation | undefined

/** One word of `constraints`: what it says in OpenAPI, and what it looks at in a value. */
interface Rule {
  readonly schema: JsonObject
  readonly check: Check
}

/** Makes the rule of a word, or throws what is wrong with its value. */
type MakeRule = (given: unknown, type: ColumnType, fail: (reason: string, fix: string) => Error) => Rule

const WORDS: Readonly<Record<string, MakeRule>> = {
  min: (given, type, fail) => bound('min', given, type, fail),
  max: (given, type, fail) => bound('max', given, type, fail),
  minLength: (given, type, fail) => lengthRule('minLength', given, type, fail),
  maxLength: (given, type, fail) => lengthRule('maxLength', given, type, fail),
  pattern: patternRule,
  enum: enumRule,
}

/** The words that each kind of value has. */
const KINDS: Readonly<Record<string, readonly string[]>> = {
  string: ['minLength', 'maxLength', 'pattern', 'enum'],
  uuid: ['enum'],
  int: ['min', 'max', 'enum'],
  float: ['min', 'max', 'enum'],
  bigint: ['min', 'max', 'enum'],
  decimal: ['min', 'max', 'enum'],
  timestamp: ['min', 'max'],
  date: ['min', 'max', 'enum'],
  array: ['minLength', 'maxLength'],
  binary: ['minLength', 'maxLength'],
}

/** The constraint of one input, of its declaration: checked here, so that none is found out by a request. */
export function compileConstraint(checks: RouteChecks, name: string, given: unknown, column: ColumnSpec): Constraint {
  const option = `constraints.${name}`
  if (typeof given !== 'object' || given === null) throw checks.fail(option, 'is not an object', 'Give min, max, …')
  const { type } = column
  const words = KINDS[type.kind] ?? []
  const rules = Object.entries(given).map(([word, value]) => {
    const make = words.includes(word) ? WORDS[word] : undefined
    if (make === undefined) {
      const fix = words.length === 0 ? 'Leave it out.' : `It has ${list(words)}.`
      throw checks.fail(`${option}.${word}`, `is nothing that a column of type ${type.kind} has`, fix)
    }
    return make(value, type, (reason, fix) => checks.fail(`${option}.${word}`, reason, fix))
  })
  checkRanges(checks, option, given as Readonly<Record<string, unknown>>, type)
  const constraint: Constraint = {
    schema: Object.assign({}, ...rules.map(({ schema }) => schema)),
    check(value) {
      for (const rule of rules) {
        const violation = rule.check(value)
        if (violation) return violation
      }
      return undefined
    },
  }
  for (const value of ((given as { readonly enum?: readonly unknown[] }).enum ?? []).map((item) => type.parse(item))) {
    const violation = constraint.check(value)
    if (violation)
      throw checks.fail(`${option}.enum`, `has ${String(value)}, which ${violation.message}`, 'Leave it out.')
  }
  return Object.freeze(constraint)
}

/** A value that stands in for what a request leaves out has to be one that a request could give. */
export function checkStandIn(checks: RouteChecks, option: string, value: unknown, constraint: Constraint): void {
  const violation = value === null || value === undefined ? undefined : constraint.check(value)
  if (violation) throw checks.fail(option, `is ${String(value)}, which ${violation.message}`, 'Change one of them.')
}

function checkRanges(
  checks: RouteChecks,
  option: string,
  { min, max, minLength, maxLength }: Readonly<Record<string, unknown>>,
  type: ColumnType,
): void {
  const fix = 'Swap them.'
  if (min !== undefined && max !== undefined && type.compare(type.parse(min), type.parse(max)) > 0) {
    throw checks.fail(`${option}.min`, 'is greater than max', fix)
  }
  if (minLength !== undefined && maxLength !== undefined && (minLength as number) > (maxLength as number)) {
    throw checks.fail(`${option}.minLength`, 'is greater than maxLength', fix)
  }
}

function bound(word: 'min' | 'max', given: unknown, type: ColumnType, fail: Parameters<MakeRule>[2]): Rule {
  const limit = parsed(given, type, fail)
  const wire = type.toWire(limit)
  const text = typeof wire === 'string' ? wire : JSON.stringify(wire)
  const below = word === 'min'
  // Texts are no numbers to JSON Schema: validators that order formats know these words.
  const names =
    typeof wire === 'number' ? { min: 'minimum', max: 'maximum' } : { min: 'formatMinimum', max: 'formatMaximum' }
  const violation = below
    ? { message: `must be at least ${text}`, code: 'TOO_SMALL' }
    : { message: `must be at most ${text}`, code: 'TOO_LARGE' }
  return {
    schema: { [names[word]]: wire },
    check: (value) => {
      const order = type.compare(value, limit)
      return (below ? order < 0 : order > 0) ? violation : undefined
    },
  }
}

function lengthRule(
  word: 'minLength' | 'maxLength',
  given: unknown,
  type: ColumnType,
  fail: Parameters<MakeRule>[2],
): Rule {
  if (!Number.isSafeInteger(given) || (given as number) < 0) {
    throw fail(`is ${JSON.stringify(given) ?? String(given)}`, 'Give a whole number.')
  }
  const limit = given as number
  const [unit, name] =
    type.kind === 'array'
      ? ['items', word.replace('Length', 'Items')]
      : [type.kind === 'binary' ? 'bytes' : 'characters', word]
  const short = word === 'minLength'
  const violation = short
    ? { message: `must have at least ${limit} ${unit}`, code: 'TOO_SHORT' }
    : { message: `must have at most ${limit} ${unit}`, code: 'TOO_LONG' }
  return {
    // What JSON Schema counts in a text of base64 are not its bytes.
    schema: type.kind === 'binary' ? {} : { [name as string]: limit },
    check: (value) => {
      const length = lengthOf(value)
      return (short ? length < limit : length > limit) ? violation : undefined
    },
  }
}

/** Characters are code points, here and in JSON Schema. */
function lengthOf(value: unknown): number {
  if (typeof value !== 'string') return (value as { readonly length: number }).length
  let length = value.length
  for (let i = 0; i < value.length - 1; i += 1) if ((value.codePointAt(i) ?? 0) > 0xffff) length -= 1
  return length
}

function patternRule(given: unknown, _: ColumnType, fail: Parameters<MakeRule>[2]): Rule {
  const source = given instanceof RegExp ? given.source : given
  if (typeof source !== 'string') throw fail('is no pattern', 'Give a string or a regular expression.')
  if (given instanceof RegExp && /[^u]/.test(given.flags)) {
    throw fail(`has the flags ${given.flags}`, 'JSON Schema has no flags: write it without them.')
  }
  try {
    new RegExp(source, 'u')
    const pattern = compilePattern(source)
    const violation = { message: `must match ${source}`, code: 'PATTERN_MISMATCH' }
    return { schema: { pattern: source }, check: (value) => (pattern.test(value as string) ? undefined : violation) }
  } catch (error) {
    const reason = `cannot be used (${(error as Error).message})`
    throw fail(reason, 'Patterns run in linear time: no look-around, no back-references.')
  }
}

function enumRule(given: unknown, type: ColumnType, fail: Parameters<MakeRule>[2]): Rule {
  if (!Array.isArray(given) || given.length === 0) throw fail('is no list of values', 'Give an array of them.')
  const values = given.map((value) => parsed(value, type, fail))
  const wires: JsonValue[] = values.map((value) => type.toWire(value))
  const shown = wires.slice(0, 20).map((wire) => JSON.stringify(wire))
  const message = `must be one of ${shown.join(', ')}${wires.length > shown.length ? ', …' : ''}`
  const violation = { message, code: 'NOT_IN_ENUM' }
  const known = new Set(wires)
  if (known.size < wires.length) throw fail('has a value twice', 'Give each once.')
  return { schema: { enum: wires }, check: (value) => (known.has(type.toWire(value)) ? undefined : violation) }
}

function parsed(given: unknown, type: ColumnType, fail: Parameters<MakeRule>[2]): unknown {
  try {
    return type.parse(given)
  } catch (error) {
    throw fail(`cannot be used (${(error as Error).message})`, `Give a value of type ${type.kind}.`)
  }
}
