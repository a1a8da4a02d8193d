import { describe, expect, test } from 'vitest'
import { now } from '../types/generators.ts'
import { t } from '../types/t.ts'
import { createDefinition, DEFAULT_TIMEOUT } from './create-definition.ts'
import type { FunctionSpec } from './function-spec.ts'

const base = { name: 'double', args: { n: t.int() }, returns: t.int() }
const run = ({ n }: { readonly n: number }) => n * 2
const declare = (spec: object) => () => createDefinition({ ...base, ...spec } as unknown as FunctionSpec<never, never>)

test('a definition is frozen and complete', () => {
  const definition = createDefinition({ ...base, run })
  expect(definition).toMatchObject({
    name: 'double',
    version: '0',
    thread: false,
    cheap: false,
    timeout: DEFAULT_TIMEOUT,
  })
  expect(Object.isFrozen(definition)).toBe(true)
  expect(Object.keys(definition.args)).toEqual(['n'])
  expect('batch' in definition).toBe(false)
})

test('runBatch takes 64 rows at once unless told otherwise', () => {
  const runBatch = (rows: readonly { readonly n: number }[]) => rows.map(({ n }) => n)
  expect(createDefinition({ ...base, runBatch }).batch).toEqual({ size: 64 })
  expect(createDefinition({ ...base, runBatch, batch: { size: 3 } }).batch).toEqual({ size: 3 })
})

describe('INVALID_DECLARATION', () => {
  const runBatch = () => []
  test.each([
    ['neither run nor runBatch', {}],
    ['both run and runBatch', { run, runBatch }],
    ['run that is no function', { run: 'n * 2' }],
    ['batch without runBatch', { run, batch: { size: 8 } }],
    ['a batch of nothing', { runBatch, batch: { size: 0 } }],
    ['a thread without a module', { run, thread: true }],
    ['a thread with a module that is no file', { run, thread: true, module: 'double.ts' }],
    ['a cheap thread', { run, thread: true, cheap: true, module: import.meta.url }],
    ['a timeout of 0', { run, timeout: 0 }],
    ['an empty version', { run, version: '' }],
    ['an option that does not exist', { run, pool: 'openai' }],
    ['an argument with a generated default', { run, args: { n: t.timestamp().default(now()) } }],
    ['a primary key as argument', { run, args: { n: t.int().primaryKey() } }],
    ['a default on the result', { run, returns: t.int().default(1) }],
    ['no result', { run, returns: undefined }],
    ['no arguments object', { run, args: undefined }],
  ])('is thrown for %s', (_, spec) => {
    expect(declare(spec)).toThrow(expect.objectContaining({ code: 'INVALID_DECLARATION' }))
  })
})

describe('INVALID_NAME', () => {
  test.each([
    ['a name with a space', { name: 'to double' }],
    ['an empty name', { name: '' }],
    ['an argument that starts with _', { args: { _n: t.int() } }],
    ['an argument called then', { args: Object.fromEntries([['then', t.int()]]) }],
  ])('is thrown for %s', (_, spec) => {
    expect(declare({ run, ...spec })).toThrow(expect.objectContaining({ code: 'INVALID_NAME' }))
  })
})
