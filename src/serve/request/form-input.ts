import type { Context } from 'hono'
import { CellarError, isCellarError } from '../../errors/cellar-error.ts'
import type { MediaStore } from '../../media/media-store.ts'
import { BatchParser, type BatchRow, type BatchRules } from './batch-parser.ts'
import { type FileTarget, type FormParts, readForm } from './form-body.ts'
import { InputParser, type InputValues, invalidInput } from './input-parser.ts'
import type { RequestLimits } from './limits.ts'
import { uploadTarget } from './upload-target.ts'

/** The field of a row in a form of several: `rows[0].title`. */
const ROW_FIELD = /^rows\[(\d{1,7})\]\.(.+)$/s

export interface FormOptions {
  readonly rules: BatchRules
  readonly limits: RequestLimits
  readonly store: () => MediaStore
  /** False when the route takes one object only. */
  readonly severalRows: boolean
  /** Gives the parser of the one row, with what was found outside the body. */
  readonly parser: () => InputParser
  /** Words of the address that count more than fields of the form. */
  readonly words: ReadonlyMap<string, readonly string[]>
}

/**
 * A form: text fields by the text form of their type, files straight into the media store. Fields named `rows[0].title`
 * make several rows.
 */
export async function readFormInput(
  c: Context,
  options: FormOptions,
): Promise<{ readonly values: InputValues } | { readonly rows: readonly BatchRow[] }> {
  const { limits, severalRows } = options
  const form = new FormRows(options)
  const parts: FormParts = {
    field(name, text) {
      form.place(name).field(text)
    },
    file: (name) => form.place(name).file(),
  }
  if (!severalRows) form.single()
  await readForm(c, limits, parts)
  return form.finish()
}

class FormRows {
  readonly #options: FormOptions
  readonly #rows = new Map<number, FormRow>()
  #single: FormRow | undefined

  constructor(options: FormOptions) {
    this.#options = options
  }

  single(): FormRow {
    const { parser } = this.#options
    this.#single ??= new FormRow(this.#options, parser(), { index: undefined, skip: false })
    return this.#single
  }

  /** Whose field it is, and which. */
  place(name: string): { field(text: string): void; file(): FileTarget } {
    const match = this.#single ? null : ROW_FIELD.exec(name)
    // The first field decides; the others have to be of the same form.
    const row =
      match && !this.#single ? this.#row(Number(match[1])) : this.#rows.size > 0 ? this.#stray(name) : this.single()
    const field = match?.[2] ?? name
    return { field: (text) => row.field(field, text), file: () => row.file(field) }
  }

  #row(index: number): FormRow {
    const { rules } = this.#options
    if (index >= rules.most)
      throw new CellarError('BODY_TOO_LARGE', { subject: 'The form', limit: `${rules.most} rows` })
    const known = this.#rows.get(index)
    if (known) return known
    const parser = new InputParser(rules.subject, rules.fields)
    const row = new FormRow(this.#options, parser, { index, skip: rules.skip })
    this.#rows.set(index, row)
    return row
  }

  #stray(name: string): never {
    throw refused(this.#options.rules.subject, [name], 'stands beside rows[0].…; name every field so', 'UNKNOWN_FIELD')
  }

  finish(): { readonly values: InputValues } | { readonly rows: readonly BatchRow[] } {
    if (this.#rows.size === 0) {
      const parser = this.single().end()
      parser.texts(this.#options.words)
      return { values: parser.finish() }
    }
    const batch = new BatchParser(this.#options.rules)
    const rows: BatchRow[] = []
    for (let index = 0; index < this.#rows.size; index += 1) {
      const row = this.#rows.get(index)
      if (row === undefined) {
        throw refused(this.#options.rules.subject, [index], 'has no field, but a row after it has', 'MISSING_VALUE')
      }
      rows.push(batch.add(row.end()))
    }
    batch.finish()
    return { rows }
  }
}

interface Place {
  /** Undefined for the one row of a plain form. */
  readonly index: number | undefined
  readonly skip: boolean
}

/** The parts of one row. What is wrong with it refuses the form at once, unless such rows are skipped. */
class FormRow {
  readonly #options: FormOptions
  readonly #parser: InputParser
  readonly #place: Place
  readonly #texts = new Map<string, string[]>()
  readonly #filled = new Set<string>()

  constructor(options: FormOptions, parser: InputParser, place: Place) {
    this.#options = options
    this.#parser = parser
    this.#place = place
  }

  field(name: string, text: string): void {
    const field = this.#options.rules.fields.get(name)
    const known = this.#texts.get(name)
    if (field === undefined || field.source === 'path') this.#unknown(name)
    else if (this.#filled.has(name)) this.#refuse(name, 'is given several times')
    else if (known) known.push(text)
    else this.#texts.set(name, [text])
  }

  file(name: string): FileTarget {
    const field = this.#options.rules.fields.get(name)
    if (field?.source !== 'upload') {
      this.#unknown(name)
      return NOWHERE
    }
    if (this.#filled.has(name) || this.#texts.has(name)) {
      this.#refuse(name, 'is given several times')
      return NOWHERE
    }
    this.#filled.add(name)
    const { store, limits } = this.#options
    const { index, skip } = this.#place
    const path = index === undefined ? [name] : [index, name]
    const target = uploadTarget(field, { store: store(), limits, path }, (value) => this.#parser.upload(field, value))
    return skip ? this.#skipping(name, target) : target
  }

  end(): InputParser {
    this.#parser.texts(this.#texts)
    return this.#parser
  }

  #unknown(name: string): void {
    this.#parser.unknown(name)
    this.#throwUnlessSkipped()
  }

  #refuse(name: string, message: string): void {
    this.#parser.refuse(name, message)
    this.#throwUnlessSkipped()
  }

  #throwUnlessSkipped(): void {
    const { index, skip } = this.#place
    if (skip) return
    const issues = this.#parser.issues.map((issue) => ({
      ...issue,
      path: index === undefined ? issue.path : [index, ...issue.path],
    }))
    throw invalidInput(this.#options.rules.subject, issues)
  }

  /** A file that cannot be used costs its row, and is read to its end. */
  #skipping(name: string, target: FileTarget): FileTarget {
    let failed = false
    const guard = async (run: () => Promise<void>) => {
      if (failed) return
      try {
        await run()
      } catch (error) {
        if (!isCellarError(error) || error.status >= 500 || error.code === 'BODY_TOO_LARGE') throw error
        failed = true
        await target.abort()
        this.#parser.refuse(name, error.message, error.code)
      }
    }
    return {
      write: (chunk) => guard(() => target.write(chunk)),
      finish: () => guard(() => target.finish()),
      abort: () => target.abort(),
    }
  }
}

const NOWHERE: FileTarget = { write: async () => {}, finish: async () => {}, abort: async () => {} }

function refused(subject: string, path: readonly (string | number)[], message: string, code: string): CellarError {
  const issues = [{ path, message, code }]
  return new CellarError('INVALID_VALUE', { subject, reason: `${path.join('.')} ${message}` }, { issues })
}
