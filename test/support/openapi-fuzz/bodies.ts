import fc from 'fast-check'
import type { Operation } from './document.ts'
import { hostileText, hostileValue, PICTURE, type Schema, validValue } from './values.ts'

export interface Body {
  readonly type: string | undefined
  readonly bytes: Buffer
}

const BOUNDARY = 'cellar-fuzz'

/** Bodies for an operation, from those that its document asks for to those that nobody can read. */
export function bodyFor({ body = {} }: Operation): fc.Arbitrary<Body | undefined> {
  const json = body['application/json']?.schema ?? {}
  const [row = json] = json.oneOf ?? [json]
  const type = 'application/json'
  const asJson = (value: unknown): Body => ({ type, bytes: Buffer.from(JSON.stringify(value)) })
  const hurt = changed(row)
  const lines = fc
    .array(fc.oneof(validValue(row).map(textOf), hurt.map(textOf), fc.constantFrom('', '{', '\0', '[]', '1')), {
      maxLength: 4,
    })
    .map((rows) => ({ type: 'application/x-ndjson', bytes: Buffer.from(rows.join('\n')) }))
  const wrongType = fc.record({
    type: fc.constantFrom(
      ...[undefined, 'text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=utf-16'],
      ...['image/png', 'multipart/form-data', 'multipart/form-data; boundary=', 'x', 'application/xml', '/', ';'],
    ),
    bytes: validValue(json).map((value) => Buffer.from(textOf(value))),
  })
  return fc.oneof(
    { weight: 6, arbitrary: validValue(json).map(asJson) },
    { weight: 6, arbitrary: hurt.map(asJson) },
    { weight: 2, arbitrary: fc.array(fc.oneof(validValue(row), hurt), { maxLength: 4 }).map(asJson) },
    { weight: 2, arbitrary: lines },
    { weight: 4, arbitrary: broken(validValue(json).map(textOf)).map((bytes) => ({ type, bytes })) },
    { weight: 4, arbitrary: formFor(row) },
    wrongType,
    hostileValue.map(asJson),
    fc.constant(undefined),
  )
}

const textOf = (value: unknown): string => JSON.stringify(value) ?? ''

/** An object of the schema with one thing about it that is wrong. */
function changed(schema: Schema): fc.Arbitrary<unknown> {
  const names = Object.keys(schema.properties ?? {})
  const name = fc.oneof(fc.constantFrom(...names, 'unknown'), fc.constantFrom('__proto__', '', '\0', 'constructor'))
  return fc.tuple(validValue(schema), name, hostileValue, fc.boolean()).map(([value, key, hostile, isGone]) => {
    const entries = Object.entries(value ?? {}).filter(([other]) => other !== key)
    return Object.fromEntries(isGone ? entries : [...entries, [key, hostile]])
  })
}

/** JSON text that is damaged, or is as JSON may be but no serialiser writes it. */
function broken(valid: fc.Arbitrary<string>): fc.Arbitrary<Buffer> {
  const damage: readonly ((text: string, at: number) => string)[] = [
    (text, at) => text.slice(0, at),
    (text, at) => `${text.slice(0, at)}\0${text.slice(at)}`,
    (text) => `\ufeff${text}`,
    (text) => `${text}${text}`,
    (text) => text.replaceAll(/-?\d+(\.\d+)?/g, '1e400'),
    (text) => text.replaceAll(/-?\d+(\.\d+)?/g, '123456789012345678901234567890'),
    (text) => text.replace(/"(\w+)":/, '"$1":1,"$1":'),
    (text) => text.replace('{', '{"__proto__":{"a":1},'),
    (text) => text.replaceAll('"', "'"),
    (text) => text.replace(/}$/, ',}'),
    () => '['.repeat(9000),
    () => '{"a":'.repeat(3000),
    () => `{${Array.from({ length: 1500 }, (_, n) => `"k${n}":0`).join()}}`,
    () => ' '.repeat(30_000),
    () => 'NaN',
    () => '',
  ]
  const texts = fc
    .tuple(valid, fc.constantFrom(...damage), fc.nat({ max: 60 }))
    .map(([text, change, at]) => Buffer.from(change(text, at)))
  const bytes = fc
    .tuple(valid, fc.nat({ max: 60 }), fc.constantFrom('ff', 'c080', 'eda080', 'f5808080'))
    .map(([text, at, hex]) =>
      Buffer.concat([Buffer.from(text.slice(0, at)), Buffer.from(hex, 'hex'), Buffer.from(text.slice(at))]),
    )
  return fc.oneof({ weight: 3, arbitrary: texts }, bytes)
}

interface Part {
  readonly head: string
  readonly content: Buffer
}

/** A form with the fields of an object, whole or damaged. */
function formFor(schema: Schema): fc.Arbitrary<Body> {
  const fields = Object.entries(schema.properties ?? {})
  const valid = fc
    .tuple(...fields.map(([name, field]) => validValue(field).map((value) => partOf(name, field, value))))
    .map((parts) => parts.filter((part) => part !== undefined))
  const names = fc.oneof(
    fc.constantFrom(...fields.map(([name]) => name), 'rows[0].title', 'rows[1].title', 'rows[99999999].title'),
    fc.constantFrom('rows[0].__proto__', 'rows[-1].x', 'rows[0]', '__proto__', '', '\0', 'a\xff', 'rows[0].a.b', '"'),
  )
  const files = fc.constantFrom(
    ...['', '; filename=""', '; filename="../../etc/passwd"', `; filename="x.${'y'.repeat(300)}"`],
    ...['; filename="a\0.png"', "; filename*=UTF-8''%ff%00.png", '; filename="x.svg"\r\ncontent-type: image/svg+xml'],
  )
  const contents = fc.oneof(
    hostileText.map((text) => Buffer.from(text)),
    fc.constantFrom(PICTURE, PICTURE.subarray(0, 40), Buffer.alloc(0), Buffer.from('ff00fe', 'hex')),
    fc.constantFrom(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), Buffer.alloc(60_000, 'a')),
  )
  const hostile = fc.tuple(names, files, contents).map(([name, file, content]) => ({
    head: `content-disposition: form-data; name="${name}"${file}`,
    content,
  }))
  const ends = fc.constantFrom<(form: Buffer) => Buffer>(
    (form) => form.subarray(0, -30),
    (form) => form.subarray(10),
    (form) => Buffer.from(form.toString('latin1').replaceAll('\r\n', '\n'), 'latin1'),
    (form) => Buffer.from(form.toString('latin1').replace('form-data', 'attachment'), 'latin1'),
    (form) => Buffer.from(form.toString('latin1').replace(/content-disposition/i, 'x'), 'latin1'),
    (form) => Buffer.concat([form, form]),
    () => Buffer.alloc(0),
  )
  const type = `multipart/form-data; boundary=${BOUNDARY}`
  return fc.oneof(
    { weight: 3, arbitrary: valid.map((parts) => ({ type, bytes: encode(parts) })) },
    {
      weight: 3,
      arbitrary: fc.tuple(valid, hostile).map(([parts, part]) => ({ type, bytes: encode([...parts, part]) })),
    },
    { weight: 2, arbitrary: fc.tuple(valid, ends).map(([parts, end]) => ({ type, bytes: end(encode(parts)) })) },
    fc.array(hostile, { maxLength: 40 }).map((parts) => ({ type, bytes: encode(parts) })),
  )
}

function partOf(name: string, field: Schema, value: unknown): Part | undefined {
  if (value === null || value === undefined) return undefined
  const isFile = [field, ...(field.anyOf ?? [])].some(({ contentMediaType }) => contentMediaType)
  const content = isFile ? PICTURE : Buffer.from(typeof value === 'string' ? value : textOf(value))
  return { head: `content-disposition: form-data; name="${name}"${isFile ? '; filename="x.png"' : ''}`, content }
}

function encode(parts: readonly Part[]): Buffer {
  const pieces = parts.flatMap(({ head, content }) => [
    Buffer.from(`--${BOUNDARY}\r\n${head}\r\n\r\n`, 'latin1'),
    content,
    Buffer.from('\r\n'),
  ])
  return Buffer.concat([...pieces, Buffer.from(`--${BOUNDARY}--\r\n`)])
}
