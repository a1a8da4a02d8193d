import fc from 'fast-check'
import { AUTHORIZATION } from './app.ts'
import { type Body, bodyFor } from './bodies.ts'
import type { Operation, Parameter } from './document.ts'
import { hostileText, validValue } from './values.ts'

export interface FuzzRequest {
  /** Absent where no operation of the document is meant. */
  readonly operation: Operation | undefined
  readonly method: string
  /** As it goes over the wire. */
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Body | undefined
}

/** Things that exist, by the name of the parameter that asks for them. */
export type Known = Readonly<Record<string, readonly string[]>>

const RAW_SEGMENTS = [
  ...['%2e%2e', '..%2f..%2f..%2fetc%2fpasswd', '%00', '1%00', '%ff', '%', '%zz', '%c0%ae%c0%ae', 'a%2fb', '.', '..'],
  ...['', '%20', '1;x=y', '-1', '1.0', '01', '1e2', '%F0%9F%98%80', '__proto__', 'constructor', '9'.repeat(300)],
  ...['a'.repeat(3000), '%5c..%5c', 'preview', 'update', "'%20or%201=1--", '%ed%a0%80', '@', '*', ':id', '{id}'],
]
const RAW_QUERIES = [
  ...['%', '%zz', '%ff=%fe', '=', '&&&', '__proto__=1', '__proto__[a]=1', 'a[b]=c', 'unknown=1', 'limit=-1', 'limit=0'],
  ...[
    'limit=1e9',
    'limit=1&limit=2',
    'limit=',
    'limit=99999999999999999999',
    'after=',
    'after=%00',
    'after=WyJ',
    'after=W10',
  ],
  ...[
    'after=WzEsMiwzXQ',
    'sort=',
    'sort=-id,id',
    'sort=,,',
    'sort=nope',
    'sort=__proto__',
    'id.in=1&id.in=x',
    'id.lt=',
  ],
  ...[
    'title.contains=%25',
    'title.contains=%00',
    'stars.null=maybe',
    'id.__proto__=1',
    'id.=1',
    '.=1',
    'price.gt=1e400',
  ],
  ...[
    'taken.gt=infinity',
    'onInvalid=skip',
    'onInvalid=x',
    'onError=store',
    'onError=x',
    'wait=-1',
    'wait=x',
    'wait=0.1',
  ],
  ...['expires=1&signature=x', 'expires=%00&signature=', `x=${'y'.repeat(4000)}`],
]
const HEADERS: readonly (readonly [string, readonly string[]])[] = [
  [
    'accept',
    ['*/*', 'text/csv', 'application/x-ndjson', 'text/html', '', ',', 'application/json;q=x', `${'a/b,'.repeat(500)}`],
  ],
  [
    'range',
    ['bytes=0-', 'bytes=-1', 'bytes=5-2', 'bytes=0-0,2-3', 'bytes=99999999999999999999-', 'x', 'bytes=', 'lines=1-2'],
  ],
  ['if-match', ['*', '"x"', 'W/"x"', 'x', '', '"', '"a", "b"', '"\xff"']],
  ['if-none-match', ['*', '"x"', 'W/"x"', '']],
  ['if-range', ['"x"', 'yesterday']],
  ['if-modified-since', ['Wed, 21 Oct 2099 07:28:00 GMT', 'x']],
  ['idempotency-key', ['a', 'b', '', ' ', 'x'.repeat(255), 'x'.repeat(256), '"quoted"', '\xe9\x80']],
  ['content-encoding', ['gzip', 'identity', 'x']],
  ['accept-encoding', ['identity', 'gzip', '*;q=0', 'br;q=x']],
  ['x-request-id', ['x', '<script>', 'y'.repeat(2000), '\xff']],
  ['traceparent', ['00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', '00-0-0-0']],
  ['x-forwarded-for', ['10.0.0.1', 'x, y', '::1']],
  ['origin', ['http://evil.example', 'null']],
  ['host', ['evil.example', 'x:99999', '[::1]:80', 'a b']],
  ['authorization', [AUTHORIZATION, AUTHORIZATION, 'Bearer', 'Basic !!!', '\xff']],
  ['cookie', ['a=b; __proto__=1', ';;;=']],
  ['prefer', ['return=minimal', 'wait=x']],
]
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'M-SEARCH', 'QUERY']
const TARGETS = [
  ...[
    '/',
    '//',
    '/nope',
    '/openapi.json',
    '/openapi.json/',
    '/docs',
    '/docs/x',
    '/health/live',
    '/health/ready',
    '/health',
  ],
  ...[
    '/open',
    '/open/',
    '/open//notes',
    '/OPEN/notes',
    '/open/../open/search',
    '/open/%2e%2e/whole/notes',
    '/%00',
    '/%',
  ],
  ...['/open/media/', '/open/media/..%2f..%2fpackage.json', '/open/media/%2e%2e/x', '/open/media/a/b', '/open/jobs/'],
  ...[
    '/mine/media/x.png',
    '/mine/jobs/1',
    '/open/jobs/x/y',
    '/open/notes/1/',
    '/?x',
    '//evil.example/x',
    '/*',
    '/open/notes#x',
  ],
]

const oddHeaders = fc
  .array(
    fc
      .constantFrom(...HEADERS)
      .chain(([name, values]) => fc.constantFrom(...values).map((value) => [name, value] as const)),
    { maxLength: 2 },
  )
  .map((entries) => Object.fromEntries(entries))

/** Requests to all operations of a document, and some beside it. */
export function requestTo(operations: readonly Operation[], known: Known): fc.Arbitrary<FuzzRequest> {
  const meant = fc.oneof(...operations.map((operation) => requestFor(operation, known)))
  const elsewhere = fc.oneof(
    fc.constantFrom(...TARGETS),
    meant.map(({ target }) => target),
  )
  const beside = fc.record({
    operation: fc.constant(undefined),
    method: fc.constantFrom(...METHODS),
    target: elsewhere,
    headers: oddHeaders,
    body: fc.constantFrom(undefined, { type: 'application/json', bytes: Buffer.from('{}') }),
  })
  return fc.oneof({ weight: 8, arbitrary: meant }, beside)
}

function requestFor(operation: Operation, known: Known): fc.Arbitrary<FuzzRequest> {
  const places = operation.parameters.filter((parameter) => parameter.in === 'path')
  const words = operation.parameters.filter((parameter) => parameter.in === 'query')
  const segments = fc.tuple(...places.map((place) => segmentFor(place, known)))
  const query = fc.oneof({ weight: 3, arbitrary: queryFor(words, known) }, fc.constantFrom(...RAW_QUERIES))
  const headers = fc.oneof({ weight: 2, arbitrary: fc.constant({}) }, oddHeaders)
  const authorization = operation.path.startsWith('/mine') ? fc.boolean() : fc.constant(false)
  const body = operation.method === 'GET' ? fc.constant(undefined) : bodyFor(operation)
  return fc.tuple(segments, query, headers, authorization, body).map(([found, search, odd, isUser, content]) => {
    const raw = found.some(({ isRaw }) => isRaw)
    const path = places.reduce((at, { name }, n) => at.replace(`{${name}}`, () => found[n]?.text ?? ''), operation.path)
    return {
      // What stands in a path may lead elsewhere.
      operation: raw ? undefined : operation,
      method: operation.method,
      target: search === '' ? path : `${path}?${search}`,
      headers: isUser ? { authorization: AUTHORIZATION, ...odd } : odd,
      body: content,
    }
  })
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))
/** `encodeURIComponent` refuses lone surrogates. */
const encoded = (value: unknown): string => encodeURIComponent(textOf(value).toWellFormed())

function segmentFor({ name, schema }: Parameter, known: Known): fc.Arbitrary<{ text: string; isRaw: boolean }> {
  const there = known[name] ?? []
  return fc.oneof(
    {
      weight: 3,
      arbitrary: validValue(schema).map((value) => ({ text: encoded(value), isRaw: /^\.{0,2}$/.test(textOf(value)) })),
    },
    ...(there.length === 0
      ? []
      : [{ weight: 3, arbitrary: fc.constantFrom(...there).map((text) => ({ text: encoded(text), isRaw: false })) }]),
    { weight: 2, arbitrary: fc.constantFrom(...RAW_SEGMENTS).map((text) => ({ text, isRaw: true })) },
  )
}

function queryFor(words: readonly Parameter[], known: Known): fc.Arbitrary<string> {
  const word = ({ name, schema, required }: Parameter) => {
    const there = known[name] ?? []
    const value = fc.oneof(
      { weight: 4, arbitrary: validValue(schema) },
      hostileText,
      ...(there.length === 0 ? [] : [fc.constantFrom(...there)]),
    )
    const text = value.map((found) => {
      const items = Array.isArray(found) ? found : [found]
      return items.map((item) => `${encodeURIComponent(name)}=${encoded(item)}`).join('&')
    })
    // Of many words a few are used.
    const weight = required ? 20 : words.length > 8 ? 1 : 4
    return fc.oneof(
      { weight, arbitrary: text },
      { weight: words.length > 8 && !required ? 8 : 3, arbitrary: fc.constant('') },
    )
  }
  return fc.tuple(...words.map(word)).map((pairs) =>
    pairs
      .filter((pair) => pair !== '')
      .slice(0, 6)
      .join('&'),
  )
}
