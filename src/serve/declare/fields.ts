import type { ColumnSpec } from '../../types/column-spec.ts'
import type { Constraint, InputField, SetValue } from '../route-spec.ts'
import { list, type RouteChecks } from './checks.ts'
import { checkStandIn, compileConstraint } from './constraints.ts'

/** Option values as a user gave them: checked here, typed only by the router's methods. */
export interface GivenFields {
  readonly inputs?: unknown
  readonly uploadInputs?: unknown
  readonly set?: unknown
  readonly defaults?: unknown
  readonly constraints?: unknown
}

export interface FieldRules {
  readonly columns: Readonly<Record<string, ColumnSpec>>
  /** Known names that cannot be inputs, with the reason. */
  readonly refused: ReadonlyMap<string, string>
  /** Inputs when the option is left out. */
  readonly all: readonly string[]
  /** Always inputs, before the others, and required. */
  readonly always: readonly string[]
  readonly parameters: readonly string[]
  /** `column` or `parameter`. */
  readonly what: string
  /** Everything but `always` may be left out and is then left alone. */
  readonly partial: boolean
}

export interface Fields {
  readonly inputs: readonly InputField[]
  readonly set: Readonly<Record<string, SetValue>>
}

/** Decides what the request gives, from where, and what it may leave out. */
export function resolveFields(checks: RouteChecks, given: GivenFields, rules: FieldRules): Fields {
  const set = checkSet(checks, given.set, rules)
  const uploads = checkUploads(checks, given.uploadInputs, rules)
  const named = given.inputs === undefined ? undefined : checkInputs(checks, given.inputs, rules)
  for (const name of named ?? []) {
    if (uploads.includes(name)) throw checks.fail('inputs', `and uploadInputs both name '${name}'`, 'Keep one of them.')
    if (Object.hasOwn(set, name))
      throw checks.fail('inputs', `names '${name}', which the server sets`, 'Keep one of them.')
  }
  for (const name of uploads) {
    if (Object.hasOwn(set, name))
      throw checks.fail('uploadInputs', `names '${name}', which the server sets`, 'Keep one of them.')
  }
  const body = (named ?? rules.all).filter((name) => !uploads.includes(name) && !Object.hasOwn(set, name))
  const names = [...new Set([...rules.always, ...body])].filter((name) => !Object.hasOwn(set, name))
  for (const name of rules.parameters) {
    if (names.includes(name)) continue
    throw checks.fail('path', `has :${name}, which is no input`, `Inputs are ${list(names)}.`)
  }
  const defaults = checkDefaults(checks, given.defaults, names, rules)
  const constraints = checkConstraints(checks, given.constraints, [...names, ...uploads], rules, defaults)
  const facts = { rules, defaults, constraints }
  return {
    set: Object.freeze(set),
    inputs: Object.freeze([
      ...names.map((name) => fieldOf(name, rules.parameters.includes(name) ? 'path' : 'body', facts)),
      ...uploads.map((name) => fieldOf(name, 'upload', facts)),
    ]),
  }
}

interface FieldFacts {
  readonly rules: FieldRules
  readonly defaults: ReadonlyMap<string, unknown>
  readonly constraints: ReadonlyMap<string, Constraint>
}

function fieldOf(name: string, source: InputField['source'], { rules, defaults, constraints }: FieldFacts): InputField {
  const constraint = constraints.get(name)
  const column = rules.columns[name] as ColumnSpec
  const hasDefault = defaults.has(name)
  const always = rules.always.includes(name)
  const optional = rules.partial || column.nullable || column.default !== undefined || hasDefault
  return Object.freeze({
    name,
    column,
    source,
    required: source === 'path' || always || !optional,
    nullable: column.nullable && source !== 'path' && !always,
    hasDefault,
    ...(hasDefault ? { defaultValue: defaults.get(name) } : {}),
    ...(constraint === undefined ? {} : { constraint }),
  })
}

function checkInputs(checks: RouteChecks, value: unknown, rules: FieldRules): readonly string[] {
  refuse(checks, 'inputs', value, rules)
  return checks.names('inputs', value, Object.keys(rules.columns), rules.what)
}

function checkUploads(checks: RouteChecks, value: unknown, rules: FieldRules): readonly string[] {
  if (value === undefined) return []
  refuse(checks, 'uploadInputs', value, rules)
  const names = checks.names('uploadInputs', value, Object.keys(rules.columns), rules.what)
  for (const name of names) {
    const type = rules.columns[name]?.type
    if (type?.upload) continue
    const can = Object.keys(rules.columns).filter((key) => rules.columns[key]?.type.upload)
    throw checks.fail('uploadInputs', `names '${name}', which is ${type?.kind}`, `Files can fill ${list(can)}.`)
  }
  return names
}

function refuse(checks: RouteChecks, option: string, value: unknown, rules: FieldRules): void {
  for (const name of Array.isArray(value) ? value : []) {
    const reason = rules.refused.get(name as string)
    if (reason !== undefined) throw checks.fail(option, `names '${String(name)}': ${reason}`, 'Leave it out.')
  }
}

function checkSet(checks: RouteChecks, value: unknown, rules: FieldRules): Record<string, SetValue> {
  const set: Record<string, SetValue> = {}
  if (value === undefined) return set
  if (typeof value !== 'object' || value === null)
    throw checks.fail('set', 'is not an object', 'Give functions by name.')
  refuse(checks, 'set', Object.keys(value), rules)
  checks.names('set', Object.keys(value), Object.keys(rules.columns), rules.what)
  for (const [name, make] of Object.entries(value)) {
    set[name] = checks.run<SetValue>(`set.${name}`, make) as SetValue
    if (make === undefined) throw checks.fail(`set.${name}`, 'is undefined', 'Give a function of the request.')
  }
  return set
}

function checkDefaults(
  checks: RouteChecks,
  value: unknown,
  inputs: readonly string[],
  rules: FieldRules,
): ReadonlyMap<string, unknown> {
  const defaults = new Map<string, unknown>()
  if (value === undefined) return defaults
  if (typeof value !== 'object' || value === null)
    throw checks.fail('defaults', 'is not an object', 'Give values by name.')
  checks.names('defaults', Object.keys(value), inputs, 'input')
  for (const [name, given] of Object.entries(value)) {
    const column = rules.columns[name] as ColumnSpec
    if (rules.always.includes(name) || rules.parameters.includes(name)) {
      throw checks.fail('defaults', `names '${name}', which every request gives`, 'Leave it out.')
    }
    defaults.set(name, checkDefault(checks, name, given, column))
  }
  return defaults
}

function checkDefault(checks: RouteChecks, name: string, given: unknown, column: ColumnSpec): unknown {
  if (given === null && column.nullable) return null
  try {
    return column.type.parse(given)
  } catch (error) {
    throw checks.fail(`defaults.${name}`, `cannot be used (${(error as Error).message})`, 'Give a value of its type.')
  }
}

function checkConstraints(
  checks: RouteChecks,
  value: unknown,
  inputs: readonly string[],
  { columns, partial }: FieldRules,
  defaults: ReadonlyMap<string, unknown>,
): ReadonlyMap<string, Constraint> {
  const constraints = new Map<string, Constraint>()
  if (value === undefined) return constraints
  if (typeof value !== 'object' || value === null)
    throw checks.fail('constraints', 'is not an object', 'Give constraints by name.')
  checks.names('constraints', Object.keys(value), inputs, 'input')
  for (const [name, given] of Object.entries(value)) {
    const column = columns[name] as ColumnSpec
    const constraint = compileConstraint(checks, name, given, column)
    constraints.set(name, constraint)
    if (defaults.has(name)) checkStandIn(checks, `defaults.${name}`, defaults.get(name), constraint)
    else if (!partial && column.default?.kind === 'value') {
      checkStandIn(checks, `constraints.${name}: the default of its column`, column.default.value, constraint)
    }
  }
  return constraints
}
