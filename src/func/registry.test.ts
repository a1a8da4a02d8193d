import { expect, test } from 'vitest'
import { t } from '../types/t.ts'
import { createDefinition } from './create-definition.ts'
import { findFunction, register } from './registry.ts'

const define = (name: string, factor: number, version?: string) =>
  createDefinition({
    name,
    args: { n: t.int() },
    returns: t.int(),
    ...(version === undefined ? {} : { version }),
    // The factor has to be in the source, as it would be in a module.
    run: factor === 2 ? ({ n }) => n * 2 : ({ n }) => n * 3,
  })

test('functions are found by name and version', () => {
  const first = define('registry_versions', 2, '1')
  const second = define('registry_versions', 3, '2')
  register('function', first)
  register('function', second)
  expect(findFunction('registry_versions', '1')).toBe(first)
  expect(findFunction('registry_versions')).toBe(second)
  expect(findFunction('registry_versions', '3')).toBeUndefined()
  expect(findFunction('registry_nothing')).toBeUndefined()
})

test('the same declaration again replaces the first', () => {
  register('function', define('registry_again', 2))
  const again = define('registry_again', 2)
  register('function', again)
  expect(findFunction('registry_again')).toBe(again)
})

test('another function of the same name and version is refused', () => {
  register('function', define('registry_other', 2))
  expect(() => register('function', define('registry_other', 3))).toThrow(
    expect.objectContaining({ code: 'DUPLICATE_DECLARATION' }),
  )
})

test('another signature of the same name and version is refused', () => {
  const run = ({ n }: { readonly n: number }) => n
  register('function', createDefinition({ name: 'registry_signature', args: { n: t.int() }, returns: t.int(), run }))
  const other = createDefinition({ name: 'registry_signature', args: { n: t.int() }, returns: t.float(), run })
  expect(() => register('function', other)).toThrow(expect.objectContaining({ code: 'DUPLICATE_DECLARATION' }))
})
