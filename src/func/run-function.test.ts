import { expect, test } from 'vitest'
import { t } from '../types/t.ts'
import { createDefinition } from './create-definition.ts'
import { parseArguments, runFunction } from './run-function.ts'

const text = { text: t.string(), length: t.int().default(3), note: t.string().nullable() }
const cut = createDefinition({
  name: 'cut',
  args: text,
  returns: t.string(),
  run: ({ text, length, note }) => text.slice(0, length) + (note ?? ''),
})
const coded = (code: string) => expect.objectContaining({ code })

test('defaults are applied, and what may be null is null', () => {
  expect(runFunction(cut, { text: 'abcdef' })).toBe('abc')
  expect(runFunction(cut, { text: 'abcdef', length: 1, note: '!' })).toBe('a!')
})

test.each([
  ['a value of another type', { text: 1 }, 'INVALID_VALUE'],
  ['a missing argument', {}, 'MISSING_VALUE'],
  ['null where none is expected', { text: null }, 'MISSING_VALUE'],
  ['an argument that does not exist', { text: 'a', size: 1 }, 'UNKNOWN_COLUMN'],
])('%s is refused', (_, args, code) => {
  expect(() => runFunction(cut, args)).toThrow(coded(code))
})

test('the issue of a bad argument names it', () => {
  expect(() => parseArguments(cut, { text: 1 })).toThrow(
    expect.objectContaining({ issues: [expect.objectContaining({ path: ['text'] })] }),
  )
})

test('the result is checked, and what is thrown names the function', async () => {
  const define = (run: () => unknown) =>
    createDefinition({ name: 'odd', args: {}, returns: t.int(), run: run as () => number })
  expect(() =>
    runFunction(
      define(() => 'one'),
      {},
    ),
  ).toThrow(coded('FUNCTION_INVALID_RESULT'))
  expect(() =>
    runFunction(
      define(() => null),
      {},
    ),
  ).toThrow(coded('FUNCTION_INVALID_RESULT'))
  const thrown = () => {
    throw new TypeError('no such thing')
  }
  expect(() => runFunction(define(thrown), {})).toThrow('Function odd failed: no such thing')
  await expect(
    runFunction(
      define(async () => thrown()),
      {},
    ),
  ).rejects.toEqual(coded('FUNCTION_FAILED'))
  await expect(
    runFunction(
      define(async () => 1),
      {},
    ),
  ).resolves.toBe(1)
})

test('a batched function gets one row', async () => {
  const seen: unknown[] = []
  const double = createDefinition({
    name: 'double',
    args: { n: t.int() },
    returns: t.int(),
    runBatch: (rows) => {
      seen.push(...rows)
      return rows.map(({ n }) => (n < 0 ? new Error('negative') : n * 2))
    },
  })
  await expect(runFunction(double, { n: 2 })).resolves.toBe(4)
  expect(seen).toEqual([{ n: 2 }])
  await expect(runFunction(double, { n: -1 })).rejects.toEqual(coded('FUNCTION_FAILED'))
})

test('its time is limited, and the function is told', async () => {
  let signal: AbortSignal | undefined
  const slow = createDefinition({
    name: 'slow',
    args: {},
    returns: t.int(),
    timeout: 20,
    run: (_, context) => {
      signal = context.signal
      return new Promise<number>(() => {})
    },
  })
  await expect(runFunction(slow, {})).rejects.toEqual(coded('FUNCTION_TIMEOUT'))
  expect(signal?.aborted).toBe(true)
})

test('a signal ends it', async () => {
  const never = createDefinition({
    name: 'never',
    args: {},
    returns: t.int(),
    run: () => new Promise<number>(() => {}),
  })
  const controller = new AbortController()
  const running = runFunction(never, {}, { signal: controller.signal })
  controller.abort()
  await expect(running).rejects.toEqual(coded('ABORTED'))
  expect(() => runFunction(never, {}, { signal: controller.signal })).toThrow(coded('ABORTED'))
})

test('media are read only by who says how', async () => {
  const size = createDefinition({
    name: 'size',
    args: { image: t.image() },
    returns: t.int(),
    run: async ({ image }, { media }) => (await media.bytes(image)).length,
  })
  const image = 'https://example.org/a.png'
  await expect(runFunction(size, { image })).rejects.toEqual(coded('FUNCTION_UNAVAILABLE'))
  const bytes = async () => new Uint8Array(7)
  const media = { bytes, path: async () => '', scratch: async () => '' }
  await expect(runFunction(size, { image }, { media })).resolves.toBe(7)
})
