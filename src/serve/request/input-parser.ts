import { CellarError, type Issue } from '../../errors/cellar-error.ts'
import type { ColumnType } from '../../types/column-type.ts'
import { InvalidValue } from '../../types/invalid-value.ts'
import type { InputField } from '../route-spec.ts'

export type InputValues = Record<string, unknown>
type Side = 'wire' | 'text'

const MEDIA_WANTED = 'must be an upload, a data URL or an http(s) URL'
export const ISSUES_TOLD = 100
const NAME_SHOWN = 100

/**
 * Turns the parts of a request into checked values. One is made per request and every problem is collected, so that
 * one answer names them all. Unknown fields are problems too.
 */
export class InputParser {
  readonly values: InputValues = {}
  readonly #subject: string
  readonly #fields: ReadonlyMap<string, InputField>
  #issues: Issue[] | undefined

  constructor(subject: string, fields: ReadonlyMap<string, InputField>) {
    this.#subject = subject
    this.#fields = fields
  }

  /** A JSON object: strict forms only. `repeated` are keys that it had several times. */
  object(body: Readonly<Record<string, unknown>>, repeated?: ReadonlySet<string>): void {
    for (const name of repeated ?? []) this.refuse(name, 'is given several times')
    for (const name of Object.keys(body)) {
      // One answer tells so many; a body may have any number of keys.
      if (this.#issues !== undefined && this.#issues.length >= ISSUES_TOLD) return
      const field = this.#fields.get(name)
      if (field === undefined || field.source === 'path') this.unknown(name)
      else this.#set(field, body[name], 'wire')
    }
  }

  /** Texts of a query string or form by name. */
  texts(given: ReadonlyMap<string, readonly string[]>, reserved?: ReadonlySet<string>): void {
    for (const [name, texts] of given) {
      const field = this.#fields.get(name)
      if (field !== undefined && field.source !== 'path') this.#texts(field, texts)
      else if (!reserved?.has(name)) this.unknown(name)
    }
  }

  parameter(name: string, text: string): void {
    const field = this.#fields.get(name)
    if (field) this.#set(field, text, 'text')
  }

  unknown(name: string): void {
    if (this.#issues !== undefined && this.#issues.length >= ISSUES_TOLD) return
    const known = [...this.#fields.values()].filter((field) => field.source !== 'path').map((field) => field.name)
    const message = `is not a field of this route; it has ${known.length === 0 ? 'none' : known.join(', ')}`
    this.#issue({ path: [shownName(name)], message, code: 'UNKNOWN_FIELD' })
  }

  get issues(): readonly Issue[] {
    return this.#issues ?? []
  }

  refuse(name: string, message: string, code = 'INVALID_VALUE'): void {
    this.#issue({ path: [shownName(name)], message, code })
  }

  /** A value that was made from what came: a stored upload, or its bytes. */
  upload(field: InputField, value: unknown): void {
    this.values[field.name] = value
    this.#constrain(field, value)
  }

  /** Fills in defaults, looks for what is missing, and throws when anything was wrong. */
  finish(): InputValues {
    const issues = this.end()
    if (issues) throw invalidInput(this.#subject, issues)
    return this.values
  }

  /** Does what `finish` does, and gives what was wrong. */
  end(): readonly Issue[] | undefined {
    for (const field of this.#fields.values()) {
      if (Object.hasOwn(this.values, field.name)) continue
      if (field.hasDefault) this.values[field.name] = field.defaultValue
      else if (field.required) this.#missing(field)
    }
    return this.#issues
  }

  #missing(field: InputField): void {
    if (this.#issues?.some((issue) => issue.path[0] === field.name)) return
    this.#issue({ path: [field.name], message: 'is required', code: 'MISSING_VALUE' })
  }

  #texts(field: InputField, texts: readonly string[]): void {
    const [text = ''] = texts
    const { type } = field.column
    if (texts.length > 1 && type.parseTexts) this.#set(field, texts, 'text')
    else if (texts.length > 1)
      this.#issue({ path: [field.name], message: 'is given several times', code: 'INVALID_VALUE' })
    else if (text === '' && field.nullable && !takesEmptyText(type)) this.values[field.name] = null
    else this.#set(field, text, 'text')
  }

  #set(field: InputField, value: unknown, side: Side): void {
    if (value === null) {
      if (field.nullable) this.values[field.name] = null
      else this.#issue({ path: [field.name], message: 'cannot be null', code: 'INVALID_VALUE' })
      return
    }
    try {
      const parsed = parseValue(field.column.type, value, side)
      this.values[field.name] = parsed
      if (field.constraint !== undefined) this.#constrain(field, parsed)
    } catch (error) {
      if (!(error instanceof InvalidValue)) throw error
      for (const issue of error.issues) this.#issue({ ...issue, path: [field.name, ...issue.path] })
    }
  }

  #constrain({ name, constraint }: InputField, value: unknown): void {
    const violation = constraint?.check(value)
    if (violation) this.#issue({ path: [name], ...violation })
  }

  #issue(issue: Issue): void {
    this.#issues ??= []
    if (this.#issues.length < ISSUES_TOLD) this.#issues.push(issue)
  }
}

function parseValue(type: ColumnType, value: unknown, side: Side): unknown {
  if (Array.isArray(value) && side === 'text') return type.parseTexts?.(value)
  if (side === 'text') return parseText(type, value as string)
  // Media values are made here from uploads; in a body they would name files that somebody else stored.
  if (type.media && typeof value !== 'string')
    throw new InvalidValue([{ path: [], message: MEDIA_WANTED, code: 'INVALID_VALUE' }])
  return type.parseWire(value)
}

/** A key that is not repeated may still be the one element of a list. */
function parseText(type: ColumnType, text: string): unknown {
  if (type.parseTexts === null) return type.parseText(text)
  try {
    return type.parseText(text)
  } catch {
    return type.parseTexts([text])
  }
}

/** An empty form field leaves a value out, unless empty text is a value of the type. */
function takesEmptyText(type: ColumnType): boolean {
  try {
    type.parseText('')
    return true
  } catch {
    return false
  }
}

/** A name that a caller chose is repeated to it, within bounds. */
function shownName(name: string): string {
  return name.length <= NAME_SHOWN ? name : `${name.slice(0, NAME_SHOWN)}…`
}

export function invalidInput(subject: string, issues: readonly Issue[]): CellarError {
  const [first] = issues
  const reason = first === undefined ? 'unusable input' : `${first.path.join('.')} ${first.message}`
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : ''
  return new CellarError('INVALID_VALUE', { subject, reason: reason + more }, { issues })
}
