import type { Context } from 'hono'
import { CellarError } from '../../errors/cellar-error.ts'
import type { MediaStore } from '../../media/media-store.ts'
import type { PathPattern } from '../path-pattern.ts'
import type { InputField, RouteSpec } from '../route-spec.ts'
import type { Method } from '../route-types.ts'
import { type FormParts, isForm, readForm } from './form-body.ts'
import { InputParser, type InputValues } from './input-parser.ts'
import { looksLikeJson, readJsonObject } from './json-body.ts'
import type { RequestLimits } from './limits.ts'
import { uploadTarget } from './upload-target.ts'

/** Reads the input of one request: checked values by name. */
export type ReadInput = (c: Context, store: () => MediaStore) => Promise<InputValues>

/** Words of the query string with a meaning of their own. */
const RESERVED: ReadonlySet<string> = new Set(['limit', 'after', 'wait', 'onInvalid', 'onError'])

/** What is read of a route: a declared one, or one that is written by hand. */
export interface InputSpec {
  readonly kind: RouteSpec['kind'] | 'written'
  readonly method: Method
  readonly pattern: Pick<PathPattern, 'path' | 'parameters'>
  readonly inputs: readonly InputField[]
}

export function compileInput(spec: InputSpec, limits: RequestLimits): ReadInput {
  const fields: ReadonlyMap<string, InputField> = new Map(spec.inputs.map((field) => [field.name, field]))
  const { parameters } = spec.pattern
  const subject = `${spec.method.toUpperCase()} ${spec.pattern.path}`
  const readBody = bodyReader(spec, fields, limits)
  return async (c, store) => {
    const parser = new InputParser(subject, fields)
    for (const name of parameters) parser.parameter(name, pathText(c, name))
    await readBody(c, parser, store)
    return parser.finish()
  }
}

type ReadBody = (c: Context, parser: InputParser, store: () => MediaStore) => Promise<void>

function bodyReader(spec: InputSpec, fields: ReadonlyMap<string, InputField>, limits: RequestLimits): ReadBody {
  const hasUploads = spec.inputs.some((field) => field.source === 'upload')
  const expected = hasUploads ? 'multipart/form-data or application/json' : 'application/json or multipart/form-data'
  // A cursor is put into the address, also where the other fields are a body: it is said last and counts.
  const words = new Map(spec.kind === 'query' ? [...fields].filter(([name]) => RESERVED.has(name)) : [])
  const json: ReadBody = async (c, parser) => parser.object(await readJsonObject(c, limits.body, expected))
  const body: ReadBody = async (c, parser, store) => {
    const contentType = c.req.header('content-type')
    if (looksLikeJson(contentType)) await json(c, parser, store)
    else if (isForm(contentType)) await readFields(c, { parser, fields, limits, store })
    else await json(c, parser, store)
    readQuery(c, parser, words)
  }
  if (spec.method === 'get') return async (c, parser) => readQuery(c, parser, fields)
  if (spec.method !== 'delete') return body
  return async (c, parser, store) => {
    if (hasBody(c)) await body(c, parser, store)
    else readQuery(c, parser, fields)
  }
}

function hasBody(c: Context): boolean {
  return Number(c.req.header('content-length') ?? 0) > 0 || c.req.header('transfer-encoding') !== undefined
}

/** Where the body holds the input, the query string can hold reserved words only. */
function readQuery(c: Context, parser: InputParser, fields: ReadonlyMap<string, InputField>): void {
  if (!c.req.url.includes('?')) return
  const given = new Map(Object.entries(c.req.queries()))
  for (const name of RESERVED) if (!fields.has(name)) given.delete(name)
  if (given.size > 0) parser.texts(given)
}

function pathText(c: Context, name: string): string {
  return c.req.param(name) ?? ''
}

interface FormInput {
  readonly parser: InputParser
  readonly fields: ReadonlyMap<string, InputField>
  readonly limits: RequestLimits
  readonly store: () => MediaStore
}

/** A form: text fields by the text form of their type, files straight into the media store. */
async function readFields(c: Context, { parser, fields, limits, store }: FormInput): Promise<void> {
  const texts = new Map<string, string[]>()
  const filled = new Set<string>()
  const refuse = (name: string): never => {
    parser.unknown(name)
    parser.finish()
    throw new CellarError('INTERNAL', {})
  }
  const parts: FormParts = {
    field(name, text) {
      const field = fields.get(name)
      if (field === undefined || field.source === 'path') return refuse(name)
      const known = texts.get(name)
      if (known) known.push(text)
      else texts.set(name, [text])
    },
    file(name) {
      const field = fields.get(name)
      if (field?.source !== 'upload') return refuse(name)
      if (filled.has(name)) throw repeatedFile(name)
      filled.add(name)
      return uploadTarget(field, { store: store(), limits }, (value) => {
        parser.values[name] = value
      })
    },
  }
  await readForm(c, limits, parts)
  for (const name of filled) if (texts.has(name)) throw repeatedFile(name)
  parser.texts(texts)
}

function repeatedFile(name: string): CellarError {
  const issue = { path: [name], message: 'is given several times', code: 'INVALID_VALUE' }
  return new CellarError(
    'INVALID_VALUE',
    { subject: 'The form', reason: `${name} ${issue.message}` },
    { issues: [issue] },
  )
}
