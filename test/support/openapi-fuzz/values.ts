import fc from 'fast-check'
import { randomPicture } from '../pictures.ts'

/** As JSON Schema is in the document, with its references in place. */
export interface Schema {
  readonly type?: string
  readonly format?: string
  readonly pattern?: string
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly contentMediaType?: string
  readonly contentEncoding?: string
}

export const PICTURE = randomPicture(6, 6)
const PICTURE_URL = `data:image/png;base64,${PICTURE.toString('base64')}`

/** What a client that reads the document sends: mostly in the middle of what is allowed, often at its edges. */
export function validValue(schema: Schema): fc.Arbitrary<unknown> {
  const choices = schema.anyOf ?? schema.oneOf
  if (choices) return fc.oneof(...choices.map(validValue))
  if (schema.enum) return fc.constantFrom(...schema.enum)
  switch (schema.type) {
    case 'null':
      return fc.constant(null)
    case 'boolean':
      return fc.boolean()
    case 'integer': {
      const { minimum = -(2 ** 31), maximum = 2 ** 31 - 1 } = schema
      const small = fc.integer({ min: Math.max(minimum, 0), max: Math.min(maximum, 30) })
      return fc.oneof({ weight: 6, arbitrary: small }, fc.constantFrom(minimum, maximum))
    }
    case 'number': {
      const { minimum: min = -1e6, maximum: max = 1e6 } = schema
      return fc.double({ min, max, noNaN: true })
    }
    case 'string':
      return validText(schema)
    case 'array': {
      const { items = {}, minItems = 0, maxItems = minItems + 3 } = schema
      return fc.array(validValue(items), { minLength: minItems, maxLength: Math.min(maxItems, minItems + 3) })
    }
    case 'object':
      return fc.record(
        Object.fromEntries(Object.entries(schema.properties ?? {}).map(([name, value]) => [name, validValue(value)])),
        { requiredKeys: [...(schema.required ?? [])], noNullPrototype: true },
      )
    default:
      return fc.jsonValue({ maxDepth: 2 })
  }
}

function validText(schema: Schema): fc.Arbitrary<string> {
  const { format, pattern, contentMediaType, contentEncoding, minLength = 0, maxLength = 12 } = schema
  if (format === 'uuid') return fc.uuid()
  if (format === 'date') return fc.constantFrom('2024-02-29', '0001-01-01', '9999-12-31')
  if (format === 'date-time')
    return fc.constantFrom('2024-02-29T12:00:00Z', '0001-01-01T00:00:00Z', '9999-12-31T23:59:59.999Z')
  if (format === 'decimal') return fc.constantFrom('0', '1.5', '-999999.99', '+.5', '007.')
  if (contentMediaType?.startsWith('image/')) return fc.constant(PICTURE_URL)
  if (contentMediaType || format?.startsWith('uri')) return fc.constant('data:text/plain,some%20text')
  if (contentEncoding === 'base64') return fc.constantFrom('', 'AAEC', '/+8=')
  if (pattern?.includes('\\d{1,20}')) return fc.constantFrom('0', '-9223372036854775808', '9223372036854775807')
  if (pattern) return fc.stringMatching(/^[a-z]{2,6}$/)
  return fc.oneof(
    fc.string({ minLength, maxLength: Math.min(maxLength, 12), unit: 'grapheme' }),
    fc.constant('é'.repeat(maxLength)),
  )
}

const nest = (depth: number): unknown => {
  let value: unknown = 1
  for (let level = 0; level < depth; level += 1) value = level % 2 ? [value] : { a: value }
  return value
}

const HOSTILE: readonly unknown[] = [
  ...[null, true, false, 0, -1, 1.5, 2 ** 31, 2 ** 53, -(2 ** 63), 1e308, 5e-324],
  ...['', ' ', '0', 'NaN', 'Infinity', '-0', '1e999', '0x10', '9'.repeat(400), `0.${'1'.repeat(20_000)}`],
  ...['\0', 'a\0b', '\ud800', 'a\udfff', '\u202e', '\ufeff', '\r\nx: y', '__proto__', 'constructor', 'toString'],
  ...["'; drop table notes; --", '"', '\\', '$1', '{{x}}', '../../etc/passwd', '%00', 'x'.repeat(3000)],
  ...['2024-02-30', '0000-00-00', '99999-01-01T00:00:00Z', '2024-01-01T24:00:00+99:99', '-4713-01-01', 'infinity'],
  ...['00000000-0000-0000-0000-00000000000g', '9223372036854775808', '{1,2}', '[1,2]', 'null', 'true'],
  ...['data:', 'data:,', 'data:image/png;base64,!!!!', 'data:text/html,<script>', `data:image/png,${'A'.repeat(100)}`],
  ...['http://169.254.169.254/', 'http://2130706433/', 'http://[::ffff:127.0.0.1]/', 'file:///etc/passwd', 'http://'],
  ...[[], {}, [null], [[]], [1, 'a'], { a: { b: null } }, nest(20), nest(900), Array.from({ length: 500 }, () => 0)],
  ...[JSON.parse('{"__proto__":{"admin":true}}'), { constructor: { prototype: { a: 1 } } }, { toJSON: 1 }],
]

/** Wrong in one way or another, wherever it stands. */
export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...HOSTILE) },
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.double(),
  fc.jsonValue({ maxDepth: 3 }),
)

export const hostileText: fc.Arbitrary<string> = hostileValue.map((value) =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? 'undefined'),
)
